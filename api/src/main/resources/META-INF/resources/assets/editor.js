/* The text area of a specification: the numbers of its lines, and which of them have faults. */
(() => {
  "use strict";

  const area = document.getElementById("specification");
  const gutter = area.parentElement.querySelector(".lines");
  let faulty = new Set();

  function draw() {
    const count = area.value.split("\n").length;
    const numbers = Array.from({ length: count }, (_, i) => {
      const line = document.createElement("span");
      line.textContent = i + 1;
      if (faulty.has(i + 1)) line.className = "faulty";
      return line;
    });
    gutter.replaceChildren(...numbers);
    follow();
  }

  function follow() {
    gutter.scrollTop = area.scrollTop;
  }

  area.addEventListener("input", () => {
    faulty = new Set();
    draw();
  });
  area.addEventListener("scroll", follow);
  area.form.addEventListener("answered", () => {
    const lines = document.querySelectorAll("#plan [data-line]");
    faulty = new Set(Array.from(lines, (line) => Number(line.dataset.line)));
    draw();
    document.getElementById("plan").scrollIntoView({ block: "nearest" });
  });
  draw();
})();
