// A page may be prepared by the browser before it is asked for (prerendering): until it is shown it tells nobody that it is there,
// keeps no line open and changes nothing.
type Prepared = Document & { prerendering?: boolean };

/** Whether nobody sees this page yet. */
export function isUnseen(): boolean {
  return (document as Prepared).prerendering === true;
}

/** Now, or once the page is shown. */
export function whenShown(work: () => void): void {
  if (isUnseen()) document.addEventListener("prerenderingchange", () => work(), { once: true });
  else work();
}
