// Theme at once, then kept for the person; language by the same address, then the page comes again.
import { actHeaders } from "./http";

function preferencesUrl(): string {
  return document.body.dataset["preferencesUrl"] ?? "/preferences/";
}

export function themeToggle(): void {
  const root = document.documentElement;
  const theme = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", theme);
  document.dispatchEvent(new CustomEvent("lightbox:theme", { detail: theme }));
  // The answer is a way back for forms without script; here only the keeping matters.
  void fetch(preferencesUrl(), { method: "POST", body: new URLSearchParams({ theme }), headers: actHeaders(), redirect: "manual", keepalive: true });
}

export function preferencesStart(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-theme-toggle]")) {
      event.preventDefault();
      themeToggle();
    }
  });
}
