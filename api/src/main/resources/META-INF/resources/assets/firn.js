/*
 * What every page does:
 *
 * - says when the server does not answer, and when it does again;
 * - [data-dialog="id"] opens that dialog;
 * - form[data-api] is sent to that address of the REST API (data-method, POST where it says none):
 *     its fields as JSON (type=number as numbers), or the text of the field that data-body names, as YAML;
 *     a submit button may have a data-api of its own;
 *     data-in-address: the field's value takes the place of {=its name=} in the address instead;
 *     data-number, data-flag: the field is a number, true or false, though it is hidden;
 *     a form of files is sent as one;
 *     data-match: the revision that what is changed must still have;
 *     data-once: the same text is sent under the same Idempotency-Key;
 *     data-then: an address to go to, "location" for what the answer's Location names; otherwise the parts of the page
 *     that listen for "changed from:body" are fetched again, and data-said is read out;
 *     data-into: the id of the element that takes an answer in HTML;
 *   a refusal is shown in the form's [role=alert];
 * - [data-submits] sends its form when it changes;
 * - [data-line="n"] selects that line of the text area that data-of names.
 */
(() => {
  "use strict";

  const connection = document.getElementById("connection");
  let lost = false;

  function unreachable(text) {
    if (connection.textContent !== text) connection.textContent = text;
    connection.classList.add("lost");
    lost = true;
  }

  function reachable() {
    if (!lost) return;
    lost = false;
    say("Connected again.");
  }

  /** Shows and reads out a sentence for a moment. */
  function say(text) {
    connection.classList.remove("lost");
    connection.textContent = text;
    setTimeout(() => {
      if (connection.textContent === text) connection.textContent = "";
    }, 4000);
  }

  const NO_ANSWER = "The server does not answer. Trying again…";

  window.addEventListener("offline", () => unreachable(NO_ANSWER));
  document.addEventListener("htmx:sendError", () => unreachable(NO_ANSWER));
  document.addEventListener("htmx:timeout", () => unreachable(NO_ANSWER));
  document.addEventListener("htmx:responseError", (event) => {
    unreachable(`The server answers with an error (${event.detail.xhr.status}). Trying again…`);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) reachable();
  });

  /** Fetches JSON from this server; tells of a lost connection and gives nothing then. */
  async function json(address) {
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      if (!response.ok) {
        if (response.status >= 500) unreachable(`The server answers with an error (${response.status}). Trying again…`);
        return null;
      }
      const body = await response.json();
      reachable();
      return body;
    } catch {
      unreachable(NO_ANSWER);
      return null;
    }
  }

  /* A part that is fetched again and has not changed is left alone: what is selected in it stays so. */
  const shown = new WeakMap();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, requestConfig } = event.detail;
    if (requestConfig?.verb !== "get" || !target.hasAttribute("hx-get")) return;
    if (shown.get(target) === xhr.responseText) event.detail.shouldSwap = false;
    shown.set(target, xhr.responseText);
  });

  function secret() {
    const token = document.querySelector('meta[name="csrf-token"]');
    return token ? { "X-CSRF-Token": token.content } : {};
  }

  document.addEventListener("htmx:configRequest", (event) => Object.assign(event.detail.headers, secret()));

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      dialog.querySelectorAll("[role=alert]").forEach((alert) => alert.replaceChildren());
      dialog.showModal();
    }
    const line = event.target.closest("[data-line]");
    if (line) selectLine(document.getElementById(line.dataset.of), Number(line.dataset.line));
  });

  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
  });

  function selectLine(area, number) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
    area.scrollTop = Math.max(0, (number - 4) * parseFloat(getComputedStyle(area).lineHeight));
  }

  /** The data-… of a form, also where a field of the form is called "dataset" and so hides them. */
  function settings(form) {
    return Object.getOwnPropertyDescriptor(HTMLElement.prototype, "dataset").get.call(form);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const address = event.submitter?.dataset.api ?? settings(form).api;
    if (!address || event.submitter?.formMethod === "dialog") return;
    event.preventDefault();
    send(form, address, event.submitter);
  });

  const keys = new WeakMap();

  /** The same key as long as the same text goes to the same address. */
  function onceKey(form, address, text) {
    const known = keys.get(form);
    if (known && known.address === address && known.text === text) return known.key;
    const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    keys.set(form, { address, text, key });
    return key;
  }

  function body(form) {
    if (settings(form).body) {
      return { type: "application/yaml", text: form.elements[settings(form).body].value };
    }
    if (form.enctype === "multipart/form-data") return { text: new FormData(form) };
    const fields = Array.from(form.elements).filter(
      (field) => field.name && !field.disabled && !("inAddress" in field.dataset),
    );
    if (fields.length === 0) return null;
    const entries = fields
      .filter((field) => field.type !== "checkbox" || field.checked)
      .map((field) => [field.name, value(field)]);
    return { type: "application/json", text: JSON.stringify(Object.fromEntries(entries)) };
  }

  function value(field) {
    if (field.type === "number") return field.valueAsNumber;
    if (field.type === "checkbox") return true;
    if ("number" in field.dataset) return Number(field.value);
    return "flag" in field.dataset ? field.value === "true" : field.value;
  }

  async function send(form, template, submitter) {
    const address = template.replace(/\{=(\w+)=\}/g, (all, name) => encodeURIComponent(form.elements[name].value));
    const alert = form.querySelector("[role=alert]");
    alert?.replaceChildren();
    const content = body(form);
    const headers = { Accept: "application/json, text/html", ...secret() };
    if (content?.type) headers["Content-Type"] = content.type;
    if (settings(form).match) headers["If-Match"] = `"${settings(form).match}"`;
    if ("once" in settings(form)) headers["Idempotency-Key"] = onceKey(form, address, content?.text ?? "");
    const buttons = form.querySelectorAll("button:enabled");
    buttons.forEach((button) => (button.disabled = true));
    form.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(address, { method: settings(form).method ?? "POST", headers, body: content?.text });
      reachable();
      await answered(form, response, alert);
    } catch {
      refuse(alert, { detail: "The server does not answer. Nothing is lost: try again." });
    } finally {
      form.removeAttribute("aria-busy");
      buttons.forEach((button) => (button.disabled = false));
      if (document.activeElement === document.body) submitter?.focus();
    }
  }

  async function answered(form, response, alert) {
    const type = response.headers.get("Content-Type") ?? "";
    if (type.startsWith("text/html") && settings(form).into) {
      document.getElementById(settings(form).into).innerHTML = await response.text();
      form.dispatchEvent(new CustomEvent("answered", { bubbles: true }));
      return;
    }
    if (!response.ok) {
      refuse(alert, type.includes("json") ? await response.json() : { detail: `The server answers with ${response.status}.` });
      return;
    }
    keys.delete(form);
    const then = settings(form).then;
    if (then) {
      location.assign(then === "location" ? new URL(response.headers.get("Location"), location.href).pathname.replace(/^\/api\//, "/") : then);
      return;
    }
    form.closest("dialog")?.close();
    say(settings(form).said ?? "Done.");
    document.body.dispatchEvent(new CustomEvent("changed"));
  }

  function refuse(alert, problem) {
    if (!alert) {
      say(problem.detail ?? problem.title);
      return;
    }
    const text = document.createElement("p");
    text.textContent = problem.detail ?? problem.title ?? "Refused.";
    alert.replaceChildren(text);
    if (problem.errors?.length > 0) {
      const list = document.createElement("ul");
      for (const fault of problem.errors) {
        const item = document.createElement("li");
        item.textContent = `${fault.pointer}: ${fault.detail}`;
        list.append(item);
      }
      alert.append(list);
    }
  }

  /* A state that changes is read out: who does not see the page hears it. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const state = event.detail.target.querySelector("h1 + .state");
    if (!state) return;
    const before = event.detail.target.dataset.state;
    event.detail.target.dataset.state = state.textContent;
    if (before && before !== state.textContent) say(`${document.querySelector("h1").textContent} is now ${state.textContent}.`);
  });

  /* What is ticked stays ticked when the list is fetched again. */
  function picks(root) {
    return Array.from(root.querySelectorAll("input.pick:checked"), (box) => box.id);
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    event.detail.target.pickedBefore = picks(event.detail.target);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    for (const id of event.detail.target.pickedBefore ?? []) {
      const box = document.getElementById(id);
      if (box) box.checked = true;
    }
    countPicks();
  });

  /** Shows how many are ticked, where a bar waits to compare them. */
  function countPicks() {
    const bar = document.getElementById("picked");
    if (!bar) return;
    const number = picks(document).length;
    bar.hidden = number === 0;
    bar.querySelector("output").textContent = number === 1 ? "1 run chosen; choose a second one" : `${number} runs chosen`;
    bar.querySelector("button").disabled = number < 2 || number > 6;
    if (number > 6) bar.querySelector("output").textContent = `${number} runs chosen; six can be compared`;
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("input.pick")) countPicks();
  });
  countPicks();

  window.firn = { json, say };
})();
