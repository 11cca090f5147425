/*
 * Charts of one run or of several over each other, drawn with uPlot from /api/runs/{id}/metrics and /api/evaluations. Every
 * [data-run] is a run, [data-live] one that has not ended: it is asked again every few seconds. A .chart has a
 * data-metric, or is one of quality: by language for a single run, by run for several.
 */
(() => {
  "use strict";

  const AGAIN = 3000;
  const HEIGHT = 200;
  const WEIGHTS = ["untrained", "initialised", "pretrained", "finetuned"];
  const STAGES = ["initialise", "pretrain", "finetune"];

  const runs = Array.from(document.querySelectorAll("[data-run]"), (element, index) => ({
    id: element.dataset.run,
    name: element.dataset.name,
    live: "live" in element.dataset,
    color: `--series-${index + 1}`,
    series: [],
  }));
  const figures = Array.from(document.querySelectorAll(".chart[data-metric]"), (element) => ({
    element,
    metric: element.dataset.metric,
    title: element.querySelector("figcaption").textContent,
    place: element.querySelector(".plot"),
    chart: null,
    drawn: "",
  }));
  const quality = document.querySelector(".chart[data-quality]");
  const controls = {
    form: document.getElementById("chart-controls"),
    stages: document.getElementById("chart-stages"),
    from: document.getElementById("chart-from"),
    to: document.getElementById("chart-to"),
    smoothing: document.getElementById("chart-smoothing"),
    log: document.getElementById("chart-log"),
  };

  let stage = null;
  let chosen = false;
  let range = [null, null];
  let qualityDrawn = "";
  let qualityChart = null;

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /* ------------------------------------------------------------ numbers */

  function points(run, metric) {
    return run.series.find((series) => series.stage === stage && series.name === metric)?.points ?? [];
  }

  /** The mean that forgets: what is left of it from step to step is the smoothing. */
  function smoothed(values, smoothing) {
    let mean = 0;
    let weight = 0;
    return values.map((value) => {
      if (value === null) return null;
      mean = smoothing * mean + (1 - smoothing) * value;
      weight = smoothing * weight + (1 - smoothing);
      return mean / weight;
    });
  }

  function table(run, metric, logarithmic) {
    const of = points(run, metric);
    return [of.map((point) => point[0]), of.map((point) => (logarithmic && point[1] <= 0 ? null : point[1]))];
  }

  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

  function text(value) {
    if (value === null || value === undefined) return "–";
    const size = Math.abs(value);
    return size !== 0 && (size < 0.001 || size >= 1e7) ? value.toExponential(2) : short.format(value);
  }

  /* ------------------------------------------------------------ drawing */

  function axis(extra) {
    return {
      stroke: color("--muted"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { stroke: color("--line"), width: 1, size: 4 },
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
      ...extra,
    };
  }

  function width(place) {
    return Math.max(200, Math.floor(place.clientWidth));
  }

  function nothing(figure) {
    figure.chart?.destroy();
    figure.chart = null;
    const said = document.createElement("p");
    said.className = "muted small nothing";
    said.textContent = "Nothing yet: numbers come with the first step of training.";
    figure.place.replaceChildren(said);
  }

  function draw(figure) {
    const logarithmic = controls.log.checked;
    const smoothing = controls.smoothing.valueAsNumber;
    const shownRuns = runs.filter((run) => points(run, figure.metric).length > 0);
    const key = JSON.stringify([stage, logarithmic, smoothing, shownRuns.map((run) => [run.id, points(run, figure.metric).length, points(run, figure.metric).at(-1)])]);
    if (key === figure.drawn) return;
    figure.drawn = key;
    if (shownRuns.length === 0) {
      nothing(figure);
      return;
    }
    const joined = uPlot.join(shownRuns.map((run) => table(run, figure.metric, logarithmic)));
    const data = [joined[0]];
    const series = [{ label: "step", value: (_, value) => text(value) }];
    shownRuns.forEach((run, index) => {
      const values = Array.from(joined[index + 1], (value) => value ?? null);
      const name = runs.length === 1 ? figure.title.toLowerCase() : run.name;
      if (smoothing > 0) {
        series.push({ label: `${name}, as it is`, stroke: color(run.color) + "55", width: 1, spanGaps: true, points: { show: false }, value: (_, value) => text(value) });
        data.push(values);
      }
      series.push({ label: smoothing > 0 ? `${name}, smoothed` : name, stroke: color(run.color), width: 1.75, spanGaps: true, points: { show: joined[0].length < 3 }, value: (_, value) => text(value) });
      data.push(smoothing > 0 ? smoothed(values, smoothing) : values);
    });
    const layout = `${stage} ${logarithmic} ${series.map((each) => each.label).join()}`;
    if (figure.chart && figure.layout === layout) {
      figure.chart.setData(data, false);
      show(figure);
    } else {
      figure.chart?.destroy();
      figure.place.replaceChildren();
      figure.layout = layout;
      figure.chart = new uPlot(
        {
          width: width(figure.place),
          height: HEIGHT,
          scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
          axes: [axis({ space: 60, size: 28 }), axis({ size: 56, values: (_, values) => values.map((value) => (value === null ? "" : Math.abs(value) >= 10_000 ? compact.format(value) : text(value))) })],
          cursor: { sync: { key: "steps" }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
          legend: { live: true },
          series,
          hooks: { setSelect: [(chart) => select(chart)] },
        },
        data,
        figure.place,
      );
      show(figure);
    }
    describe(figure, shownRuns);
  }

  /** In words, for those who do not see the picture. */
  function describe(figure, shownRuns) {
    const sentences = shownRuns.map((run) => {
      const of = points(run, figure.metric);
      return `${run.name}: ${text(of[0][1])} at step ${of[0][0]}, ${text(of.at(-1)[1])} at step ${of.at(-1)[0]}`;
    });
    figure.place.setAttribute("role", "img");
    figure.place.setAttribute("aria-label", `${figure.title} of ${stage}. ${sentences.join(". ")}`);
  }

  /* ------------------------------------------------------------ what is in sight */

  function show(figure) {
    if (!figure.chart) return;
    const steps = figure.chart.data[0];
    const first = steps[0];
    const last = steps.at(-1);
    const min = range[0] ?? first;
    const max = range[1] ?? last;
    figure.chart.setScale("x", min < max ? { min, max } : { min: first - 1, max: last + 1 });
  }

  function select(chart) {
    if (chart.select.width < 4) return;
    range = [Math.round(chart.posToVal(chart.select.left, "x")), Math.round(chart.posToVal(chart.select.left + chart.select.width, "x"))];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    tellRange();
    figures.forEach(show);
  }

  function tellRange() {
    controls.from.value = range[0] ?? "";
    controls.to.value = range[1] ?? "";
  }

  function readRange() {
    range = [controls.from, controls.to].map((field) => (Number.isNaN(field.valueAsNumber) ? null : field.valueAsNumber));
    figures.forEach(show);
  }

  function forget() {
    range = [null, null];
    tellRange();
    figures.forEach(show);
  }

  /* ------------------------------------------------------------ stages */

  function offerStages() {
    const there = STAGES.filter((name) => runs.some((run) => run.series.some((series) => series.stage === name && series.name === "loss")));
    if (!chosen || !there.includes(stage)) stage = there.at(-1) ?? null;
    const offered = Array.from(controls.stages.querySelectorAll("input"), (input) => input.value);
    if (offered.join() !== there.join()) {
      controls.stages.replaceChildren(
        ...there.map((name) => {
          const label = document.createElement("label");
          const input = Object.assign(document.createElement("input"), { type: "radio", name: "stage", value: name });
          label.append(input, name);
          return label;
        }),
      );
    }
    for (const input of controls.stages.querySelectorAll("input")) input.checked = input.value === stage;
  }

  /* ------------------------------------------------------------ quality */

  /** A line for each language, from weights to weights: own-language sets at their full width. */
  function byLanguage(evaluations) {
    const own = evaluations.filter((each) => each.kind === "own" && each.dimension !== null);
    const full = Math.max(...own.map((each) => each.dimension));
    const lines = new Map();
    for (const each of own.filter((one) => one.dimension === full)) {
      const name = each.queryLanguage;
      if (!lines.has(name)) lines.set(name, WEIGHTS.map(() => []));
      lines.get(name)[WEIGHTS.indexOf(each.weights)]?.push(each.measures.ndcg_cut_10);
    }
    return Array.from(lines, ([name, values]) => ({ name, values: values.map(mean) }));
  }

  function mean(values) {
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  function byRun() {
    return runs
      .map((run) => ({
        name: run.name,
        color: run.color,
        values: WEIGHTS.map((weights) => run.series.find((series) => series.name === `ndcg10.own.${weights}`)?.points.at(-1)?.[1] ?? null),
      }))
      .filter((line) => line.values.some((value) => value !== null));
  }

  function drawQuality(lines) {
    const key = JSON.stringify(lines);
    if (key === qualityDrawn) return;
    qualityDrawn = key;
    const place = quality.querySelector(".plot");
    qualityChart?.destroy();
    qualityChart = null;
    if (lines.length === 0) {
      const said = document.createElement("p");
      said.className = "muted small nothing";
      said.textContent = "Nothing measured yet: the evaluate stage fills this in.";
      place.replaceChildren(said);
      return;
    }
    place.replaceChildren();
    qualityChart = new uPlot(
      {
        width: width(place),
        height: HEIGHT,
        scales: { x: { time: false, range: [-0.15, WEIGHTS.length - 0.85] }, y: { range: (_, min, max) => [Math.max(0, min - 0.05), Math.min(1, max + 0.05)] } },
        axes: [axis({ splits: WEIGHTS.map((_, i) => i), values: () => WEIGHTS, grid: { show: false }, size: 28 }), axis({ size: 56 })],
        cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        series: [
          { label: "weights", value: (_, value) => (value === null ? "–" : WEIGHTS[value]) },
          ...lines.map((line, index) => ({
            label: line.name,
            stroke: color(line.color ?? `--series-${(index % 6) + 1}`),
            dash: index >= 6 ? [6, 4] : undefined,
            width: 1.75,
            spanGaps: true,
            points: { show: true, size: 6 },
            value: (_, value) => (value === null ? "–" : value.toFixed(3)),
          })),
        ],
      },
      [WEIGHTS.map((_, i) => i), ...lines.map((line) => line.values)],
      place,
    );
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", `${quality.querySelector("figcaption").textContent}. ${lines.map((line) => `${line.name}: ${line.values.map((value) => (value === null ? "not measured" : value.toFixed(3))).join(", ")}`).join(". ")}`);
  }

  /* ------------------------------------------------------------ the clock */

  async function fetchRun(run) {
    const body = await firn.json(`/api/runs/${run.id}/metrics?points=1000`);
    if (body) run.series = body.series;
    if (run.live) {
      const now = await firn.json(`/api/runs/${run.id}`);
      if (now?.finishedAt) {
        run.live = false;
        const last = await firn.json(`/api/runs/${run.id}/metrics?points=1000`);
        if (last) run.series = last.series;
      }
    }
    return body !== null;
  }

  function drawAll() {
    offerStages();
    figures.forEach(draw);
  }

  let evaluated = false;

  async function refresh() {
    await Promise.all(runs.filter((run) => run.live || run.series.length === 0).map(fetchRun));
    drawAll();
    if (quality.dataset.quality === "runs") {
      drawQuality(byRun());
    } else if (!evaluated) {
      const measured = runs[0].series.some((series) => series.name.startsWith("ndcg10.")) || !runs[0].live;
      const body = measured ? await firn.json(`/api/evaluations?run=${runs[0].id}&limit=1000`) : { items: [] };
      if (body) {
        evaluated = measured;
        drawQuality(byLanguage(body.items));
      }
    }
    if (runs.some((run) => run.live)) setTimeout(refresh, AGAIN);
  }

  function redraw() {
    figures.forEach((figure) => {
      figure.drawn = "";
      figure.layout = "";
    });
    const lines = qualityDrawn ? JSON.parse(qualityDrawn) : null;
    qualityDrawn = "";
    drawAll();
    if (lines) drawQuality(lines);
  }

  controls.form.addEventListener("input", (event) => {
    if (event.target === controls.from || event.target === controls.to) {
      readRange();
    } else if (event.target.name === "stage") {
      stage = event.target.value;
      chosen = true;
      forget();
      drawAll();
    } else {
      drawAll();
    }
  });
  controls.form.addEventListener("submit", (event) => event.preventDefault());
  controls.form.addEventListener("reset", () =>
    setTimeout(() => {
      chosen = false;
      forget();
      drawAll();
    }),
  );
  document.addEventListener("dblclick", (event) => {
    if (event.target.closest(".chart[data-metric] .plot")) forget();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new ResizeObserver(() => {
    for (const figure of figures) figure.chart?.setSize({ width: width(figure.place), height: HEIGHT });
    qualityChart?.setSize({ width: width(quality.querySelector(".plot")), height: HEIGHT });
  }).observe(document.getElementById("charts"));
  refresh();
})();
