// Asks the REST interface as the person who is logged in; errors come back as one sentence.

export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

export async function api(url, { method = "GET", data = null, headers = {}, failed = "" } = {}) {
  let response;
  try {
    response = await fetch(url, {
      method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(data ? { "Content-Type": "application/json" } : {}),
        ...(method === "GET" ? {} : { "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content }),
        ...headers,
      },
      body: data ? JSON.stringify(data) : null,
    });
  } catch {
    throw new Refused(0, failed);
  }
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const answer = isJson && response.status !== 204 ? await response.json() : null;
  if (!response.ok) throw new Refused(response.status, answer?.errors?.map((error) => error.detail).join(" ") || failed);
  return { answer, etag: response.headers.get("ETag") ?? "" };
}
