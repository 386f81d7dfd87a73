/* What a run is at, as it happens; when it has ended, the page is loaded again and shows what came out. */
(() => {
  "use strict";
  const progress = document.querySelector("[data-events]");
  if (!progress) return;
  const now = progress.querySelector("[data-now]");
  const said = progress.querySelector("[data-said]");
  said.replaceChildren();
  const source = new EventSource(progress.dataset.events);
  source.addEventListener("said", (event) => {
    const message = JSON.parse(event.data);
    const stage = message.split(":")[0];
    const last = said.lastElementChild;
    // A stage that counts up has one line.
    const line = last && last.dataset.stage === stage ? last : said.appendChild(document.createElement("li"));
    line.dataset.stage = stage;
    line.textContent = message;
    now.textContent = message;
  });
  source.addEventListener("state", (event) => {
    const state = JSON.parse(event.data);
    if (state === "waiting" || state === "running") return;
    source.close();
    location.reload();
  });
})();

/* A filter that is chosen is asked for at once; the button is for those who type, and for browsers without scripts. */
(() => {
  "use strict";
  const filters = document.querySelector("[data-filters]");
  if (!filters) return;
  filters.addEventListener("change", (event) => {
    if (event.target.tagName === "SELECT") filters.requestSubmit();
  });
  // What was left empty makes no part of the address.
  filters.addEventListener("submit", () => {
    for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => { for (const field of filters.elements) field.disabled = false; });
})();
