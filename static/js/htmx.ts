// htmx with the morph swap. Its configuration is the <meta name="htmx-config"> of base.html: no eval, no injected styles.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph";

type Morph = "innerHTML" | "outerHTML";

/** Makes `old` like `fresh`; only a field that is being typed in keeps its content (a focused row does not). */
export function morph(old: Element, fresh: Element | Node[], style: Morph): Node[] {
  const typing = document.activeElement?.matches("input, textarea, select") ?? false;
  return Idiomorph.morph(old, fresh as Element, { morphStyle: style, ignoreActiveValue: typing }) as Node[];
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

// Error answers (400, 403, 404, 409, 422) carry a clear partial: show it where the page asked for it, or as a message.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.xhr.status >= 400 && detail.xhr.status < 500 && detail.xhr.getResponseHeader("X-Partial") === "1") detail.shouldSwap = true;
});

export { htmx };
