/* Filters the list of findings, opens the one that a link names, and copies text to paste. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const list = document.getElementById("finding-list");
  if (!list) return;
  const cards = [...list.querySelectorAll(".finding")];
  const text = document.getElementById("finding-text");
  const dimension = document.getElementById("finding-dimension");
  const endpoint = document.getElementById("finding-endpoint");
  const chips = [...document.querySelectorAll("[data-severity-chip]")];
  const count = document.getElementById("finding-count");
  const none = document.getElementById("finding-none");
  const words = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));

  function filter() {
    const severities = new Set(chips.filter((c) => c.getAttribute("aria-pressed") === "true")
      .map((c) => c.dataset.severityChip));
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const card of cards) {
      const fits = (!severities.size || severities.has(card.dataset.severity))
        && (!dimension.value || card.dataset.dimension === dimension.value)
        && (!endpoint.value || card.dataset.endpoint === endpoint.value)
        && (!wanted || words.get(card).includes(wanted));
      card.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = `${shown.toLocaleString("en")} of ${cards.length.toLocaleString("en")} shown`;
    none.hidden = shown > 0;
  }

  function open(card) {
    if (card.hidden) {
      text.value = dimension.value = endpoint.value = "";
      chips.forEach((chip) => chip.setAttribute("aria-pressed", "false"));
      filter();
    }
    card.open = true;
    card.scrollIntoView({ block: "center" });
    card.querySelector("summary").focus({ preventScroll: true });
  }

  function fromAddress() {
    const card = /^#finding-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (card) open(card);
  }

  chips.forEach((chip) => chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    filter();
  }));
  [text, dimension, endpoint].forEach((field) => field.addEventListener("input", filter));
  addEventListener("hashchange", fromAddress);
  filter();
  fromAddress();
})();

(() => {
  "use strict";
  for (const block of document.querySelectorAll(".paste")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      const code = block.querySelector("pre");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    block.append(button);
  }
})();
