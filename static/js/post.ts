// <button data-post="/url/">: an act that leads to another page.
import { postTo } from "./http";

export function postStart(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("button[data-post]");
    if (button && !button.disabled) postTo(button.dataset["post"]!);
  });
}
