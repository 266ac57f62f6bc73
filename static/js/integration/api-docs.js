// Draws the OpenAPI document with the vendored Swagger UI; nothing is fetched from elsewhere.
const target = document.getElementById("api-docs");

window.SwaggerUIBundle({
  domNode: target,
  url: target.dataset.schemaUrl,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [window.SwaggerUIBundle.presets.apis],
});
