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

/* A design that decides while facts change: the form is sent as the button would, and its outcome put in place. */
(() => {
  "use strict";
  let form = document.querySelector("[data-live]");
  if (!form) return;
  let asking = null;

  async function decide() {
    const outcome = form.querySelector("[data-outcome]");
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    outcome.classList.add("waiting");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: mine.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const made = page.querySelector("[data-live]");
      if (!made) return location.reload();
      const focused = document.activeElement && document.activeElement.name;
      const open = form.querySelector("details[open] .numbers") !== null;
      form.replaceWith(made);
      form = made;
      listen();
      const again = focused && form.querySelector(`[name="${CSS.escape(focused)}"]`);
      if (open && form.querySelector(".numbers")) form.querySelector(".numbers").parentElement.open = true;
      if (again) again.focus({ preventScroll: true });
    } catch (error) {
      if (error.name !== "AbortError") outcome.classList.remove("waiting");
    }
  }

  function listen() {
    form.addEventListener("change", (event) => { if (event.target.name !== "brief") decide(); });
  }
  listen();
})();
