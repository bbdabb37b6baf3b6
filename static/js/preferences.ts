// Theme at once, then kept for the person; language by the same address, then the page comes again.
import { post } from "./http";

function preferencesUrl(): string {
  return document.body.dataset["preferencesUrl"] ?? "/preferences/";
}

export function themeToggle(): void {
  const root = document.documentElement;
  const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", theme);
  document.dispatchEvent(new CustomEvent("lightbox:theme", { detail: theme }));
  void post(preferencesUrl(), { theme }).catch(() => undefined);
}

export function preferencesStart(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-theme-toggle]")) {
      event.preventDefault();
      themeToggle();
    }
  });
}
