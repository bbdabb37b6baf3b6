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

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
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

function draw(element: HTMLElement): void {
  const block = document.getElementById(element.dataset["chart"]!);
  if (!block?.textContent) return;
  drawn.get(element)?.dispose();
  const chart = init(element, undefined, { renderer: "svg", locale: document.documentElement.lang.startsWith("zh") ? "ZH" : "EN" });
  chart.setOption(dressed(JSON.parse(block.textContent) as Option));
  element.setAttribute("role", "img");
  if (element.dataset["say"]) element.setAttribute("aria-label", element.dataset["say"]);
  const links = element.dataset["links"];
  if (links) chart.on("click", (event) => {
      if (event.name) location.href = links.replace("{name}", encodeURIComponent(event.name));
    });
  drawn.set(element, chart);
}

export function chartsDraw(root: ParentNode = document): void {
  for (const [element, chart] of drawn) {
    if (element.isConnected) continue;
    chart.dispose();
    drawn.delete(element);
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart]")) draw(element);
}

export function chartsStart(): void {
  chartsDraw();
  window.addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  document.addEventListener("lightbox:theme", () => chartsDraw());
  document.addEventListener("lightbox:refreshed", () => chartsDraw());
  document.addEventListener("htmx:afterSettle", () => chartsDraw());
}
