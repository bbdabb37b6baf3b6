// The cashier's form: the button says what will be taken, and cash shows what goes back. Sums are in cents; the server checks them.
function cents(text: string): number {
  const plain = text.replace(/[０-９．]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/[,\s¥￥]/g, "");
  return /^\d+(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : 0;
}

function written(amount: number): string {
  return (amount / 100).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function count(form: HTMLFormElement): void {
  const amount = cents(form.querySelector<HTMLInputElement>("[data-amount]")!.value);
  const given = form.querySelector<HTMLInputElement>("[data-tendered]")!;
  const cash = form.querySelector<HTMLInputElement>("[name=method]:checked")?.value === "cash";
  given.disabled = !cash;
  form.querySelector<HTMLInputElement>("[data-change]")!.value = written(cash ? Math.max(0, cents(given.value) - amount) : 0);
  const label = document.querySelector("[data-take-amount]");
  if (label) label.textContent = label.textContent!.replace(/[\d,.]+/, written(amount));
}

export function tillStart(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-till]");
  if (!form) return;
  form.addEventListener("input", () => count(form));
  form.addEventListener("change", () => count(form));
  count(form);
}
