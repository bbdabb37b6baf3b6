// Charts, loaded only where a page has one: <div data-chart="id-of-json"> with an ECharts option as JSON. Drawn as SVG, with a
// sentence for readers, patterns beside colours, and tooltips as rich text (the content policy allows no inline style).
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, registerLocale, use, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import langZH from "echarts/i18n/langZH-obj.js";

use([BarChart, LineChart, HeatmapChart, GridComponent, TooltipComponent, LegendComponent, DatasetComponent, AriaComponent, MarkLineComponent, MarkAreaComponent, VisualMapComponent, SVGRenderer]);
registerLocale("ZH", langZH);

type Option = Record<string, unknown> & { series?: Record<string, unknown>[] };
const drawn = new Map<HTMLElement, EChartsType>();
const shown = new WeakMap<HTMLElement, string>();

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Colours come as tokens ("--text"), so that one option fits both themes. */
function inked(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith("--") ? token(value.slice(2)) : value;
  if (Array.isArray(value)) return value.map(inked);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inked(part)]));
}

function axis(given: unknown): unknown {
  const look = {
    axisLine: { lineStyle: { color: token("line") } },
    axisTick: { show: false },
    axisLabel: { color: token("text2"), fontSize: 11 },
    nameTextStyle: { color: token("text2"), fontSize: 11 },
    splitLine: { lineStyle: { color: token("line") } },
  };
  const one = (value: unknown) => ({ ...look, ...(value as object) });
  return Array.isArray(given) ? given.map(one) : one(given ?? {});
}

function dressed(option: Option): Option {
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 180,
    color: ["bar", "teal", "violet", "warn", "slate"].map(token),
    textStyle: { fontFamily: token("font"), fontSize: 12, color: token("text") },
    grid: { left: 8, right: 16, top: 24, bottom: 28, containLabel: true },
    aria: { enabled: true, decal: { show: (option.series?.length ?? 0) > 1 } },
    legend: (option.series?.length ?? 0) > 1 ? { bottom: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: token("text2") } } : undefined,
    ...option,
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: token("surface"), borderColor: token("line"), textStyle: { color: token("text"), fontSize: 12 }, ...(option["tooltip"] as object) },
    xAxis: option["xAxis"] === undefined ? undefined : axis(option["xAxis"]),
    yAxis: option["yAxis"] === undefined ? undefined : axis(option["yAxis"]),
  };
}

function draw(element: HTMLElement, fresh: boolean): void {
  const block = document.getElementById(element.dataset["chart"]!);
  if (!block?.textContent) return;
  const known = drawn.get(element);
  if (known && !fresh && shown.get(element) === block.textContent) return;
  shown.set(element, block.textContent);
  if (known && !fresh) {
    known.setOption(dressed(inked(JSON.parse(block.textContent)) as Option), true);
    return;
  }
  known?.dispose();
  const chart = init(element, undefined, { renderer: "svg", locale: document.documentElement.lang.startsWith("zh") ? "ZH" : "EN" });
  chart.setOption(dressed(inked(JSON.parse(block.textContent)) as Option));
  element.setAttribute("role", "img");
  if (element.dataset["say"]) element.setAttribute("aria-label", element.dataset["say"]);
  const links = element.dataset["links"];
  if (links) chart.on("click", (event) => {
      if (event.name) location.href = links.replace("{name}", encodeURIComponent(event.name));
    });
  drawn.set(element, chart);
}

/** Draws what is new or has changed; `fresh` draws all again, as after a change of theme. */
function chartsDraw(root: ParentNode = document, fresh = false): void {
  for (const [element, chart] of drawn) {
    if (element.isConnected) continue;
    chart.dispose();
    drawn.delete(element);
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart]")) draw(element, fresh);
}

export function chartsStart(): void {
  chartsDraw();
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  document.addEventListener("lightbox:theme", () => chartsDraw(document, true));
  document.addEventListener("lightbox:refreshed", () => chartsDraw());
  document.addEventListener("htmx:afterSettle", () => chartsDraw());
}
