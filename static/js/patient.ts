// Two patients never share a page; two windows may show two. Then the banner of the newer one is striped and says so, until the person
// confirms. Windows of one browser ask each other by BroadcastChannel; nothing leaves the machine, only a patient number is compared.
interface Talk {
  kind: "ask" | "here";
  patient: string;
}

function warn(banner: HTMLElement): void {
  banner.classList.add("other");
  const button = banner.querySelector<HTMLElement>("[data-other-patient]");
  if (!button || !button.hidden) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    banner.classList.remove("other");
    button.hidden = true;
  });
}

export function patientStart(): void {
  const banner = document.querySelector<HTMLElement>(".patient-banner[data-patient]");
  const mine = banner?.dataset["patient"];
  if (!banner || !mine || !("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel("lightbox:patient");
  channel.addEventListener("message", (event: MessageEvent<Talk>) => {
    if (event.data.kind === "ask") channel.postMessage({ kind: "here", patient: mine } satisfies Talk);
    else if (event.data.patient !== mine && banner.dataset["asked"]) warn(banner);
  });
  banner.dataset["asked"] = "1";
  channel.postMessage({ kind: "ask", patient: mine } satisfies Talk);
  window.addEventListener("pagehide", () => channel.close());
  setTimeout(() => delete banner.dataset["asked"], 2000);
}
