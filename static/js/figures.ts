// Under each chart lie its figures: a button [data-figures="#id"] shows the table in place of the chart.
export function figuresStart(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-figures]");
    if (!button) return;
    const box = document.querySelector(button.dataset["figures"]!);
    const chart = box?.querySelector<HTMLElement>("[data-chart], [data-figures-chart]");
    const table = box?.querySelector<HTMLElement>("[data-figures-table]");
    if (!chart || !table) return;
    table.hidden = !table.hidden;
    chart.hidden = !table.hidden;
    button.setAttribute("aria-pressed", String(!table.hidden));
  });
}
