// <button data-post="/url/">: an act that leads to another page.
import { postTo } from "./http";
import { problemSay } from "./problem";
import { word } from "./words";

export function postStart(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-post]");
    if (button && !button.disabled) goOn(button, button.dataset["post"]!);
  });
}

/** Once at a time: a second press would take a second exam. */
export function goOn(pressed: HTMLElement, url: string): void {
  if (pressed.dataset["going"] !== undefined) return;
  pressed.dataset["going"] = "";
  postTo(url)
    .catch(() => problemSay(word("not_sent")))
    .finally(() => delete pressed.dataset["going"]);
}
