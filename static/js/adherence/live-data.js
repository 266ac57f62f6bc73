// What the server has put into the page: its texts and filters, and the rows as they are sent.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

export const liveData = () => ({ ...read("live-data"), rows: read("live-rows") });
