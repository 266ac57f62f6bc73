// Draws the OpenAPI document with the vendored Swagger UI; nothing is fetched from elsewhere.
// It keeps only the operations in view in the page, so a browser's own search would not find the
// rest of two hundred: the groups begin closed, all of them in view, with a filter above.
const target = document.getElementById("api-docs");

window.SwaggerUIBundle({
  domNode: target,
  url: target.dataset.schemaUrl,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [window.SwaggerUIBundle.presets.apis],
});
