// htmx with the morph swap. Its configuration is the <meta name="htmx-config"> of base.html: no eval, no injected styles.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";
import { csrfToken } from "./http";
import { problemClear, problemSay, problemShow } from "./problem";
import { isUnseen, whenShown } from "./shown";
import { word } from "./words";

type Morph = "innerHTML" | "outerHTML";

/** Makes `old` like `fresh`; only a field that is being typed in keeps its content (a focused row does not). */
const KEPT = new Set(["hidden", "aria-pressed"]);
const FIGURES = "[data-figures], [data-figures-table], [data-figures-chart]";

// A drawn chart is not the server's; whether a panel shows its chart or its table is the reader's choice.
const callbacks = {
  beforeNodeMorphed: (old: Node) => !(old instanceof Element && old.matches("[data-chart]")),
  beforeAttributeUpdated: (name: string, node: Element) => !(KEPT.has(name) && node.matches(FIGURES)),
};

export function morph(old: Element, fresh: Element | Node[], style: Morph): Node[] {
  const typing = document.activeElement?.matches("input, textarea, select") ?? false;
  return Idiomorph.morph(old, fresh as Element, { morphStyle: style, ignoreActiveValue: typing, callbacks }) as Node[];
}

function morphStyle(swap: string): Morph | null {
  if (swap === "morph" || swap === "morph:outerHTML") return "outerHTML";
  return swap === "morph:innerHTML" ? "innerHTML" : null;
}

htmx.defineExtension("morph", {
  isInlineSwap: (swap: string) => morphStyle(swap) === "outerHTML",
  handleSwap(swap: string, target: Node, fragment: Node) {
    const style = morphStyle(swap);
    if (!style || !(target instanceof Element)) return false;
    const content = style === "outerHTML" ? (fragment as ParentNode).firstElementChild : Array.from(fragment.childNodes);
    return content ? morph(target, content as Element, style) : false;
  },
} as never);

// A form that comes back with its errors (X-Partial) is shown where it was asked for. A problem (X-Problem) with fetching a part stands in
// that part; a problem with an act stands above the page, so that what was on the page stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.xhr.status < 400) return problemClear();
  const fetched = detail.requestConfig.verb === "get";
  detail.shouldSwap = detail.xhr.getResponseHeader("X-Partial") !== null || detail.xhr.getResponseHeader("X-Problem") !== null;
  if (detail.xhr.getResponseHeader("X-Problem") === null || fetched) return;
  detail.shouldSwap = false;
  problemShow(detail.xhr.responseText);
});
document.addEventListener("htmx:responseError", (event) => {
  const xhr = (event as CustomEvent).detail.xhr as XMLHttpRequest;
  if (xhr.getResponseHeader("X-Problem") === null && xhr.getResponseHeader("X-Partial") === null) problemSay(word("server_fault", { n: xhr.status }));
});
// A form that was open when the person signed in again still holds the token of before.
document.addEventListener("htmx:configRequest", (event) => {
  const { headers, formData } = (event as CustomEvent).detail as { headers: Record<string, string>; formData: FormData };
  headers["X-CSRFToken"] = csrfToken();
  if (formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", csrfToken());
});
document.addEventListener("htmx:sendError", () => problemSay(word("not_sent")));

// A page that nobody sees yet asks for nothing by htmx; each element asks once when it is shown.
const held = new WeakSet<Element>();
document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = (event as CustomEvent).detail as { elt: Element; issueRequest: (skip: boolean) => void };
  if (!isUnseen()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (held.has(elt)) return;
  held.add(elt);
  whenShown(() => issueRequest(true));
});

export { htmx };
