import { noteLed } from "./led";
import { problemShow } from "./problem";

/** The CSRF token: the cookie's, which follows a sign-in in another tab, else the page's own. */
export function csrfToken(): string {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** What every change says: that it is the site's own, and whose page it comes from. */
export function actHeaders(): Record<string, string> {
  return { "X-CSRFToken": csrfToken(), "X-Lightbox-Person": document.body.dataset["person"] ?? "" };
}

/** POST a form; throws when the server is away or refuses: the message is the status. */
export async function post(url: string, fields: Record<string, string> | FormData): Promise<Response> {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  body.delete("csrfmiddlewaretoken"); // the form's may be of an earlier sign-in; the header's is not
  const answer = await fetch(url, { method: "POST", body, headers: { ...actHeaders(), "X-Requested-With": "fetch" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

/** GET a partial as the server renders it for htmx. */
export async function fetchPartial(url: string): Promise<DocumentFragment> {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}

/** Go on by POST: an act that leads to another page. The page that follows is asked for by itself, so that one which the browser has
 * prepared is shown at once. */
export async function postTo(url: string): Promise<void> {
  const kept = keepAll();
  const answer = await fetch(url, { method: "POST", headers: { ...actHeaders(), "HX-Request": "true" } }).catch(() => undefined);
  const next = answer?.headers.get("HX-Redirect");
  await kept;
  if (next) {
    noteLed(next);
    window.location.assign(next);
  } else if (!answer) throw new Error("0");
  else if (answer.status === 401) problemShow(await answer.text());
  else postForm(url);
}

/** Who holds what was typed sends it before the page is left: they put their promises into the event's detail. */
async function keepAll(): Promise<void> {
  const waits: Promise<void>[] = [];
  document.dispatchEvent(new CustomEvent("lightbox:leaving", { detail: waits }));
  await Promise.allSettled(waits);
}

/** What was refused is asked again as a page, so that the page says why. */
function postForm(url: string): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  form.hidden = true;
  const token = document.createElement("input");
  token.name = "csrfmiddlewaretoken";
  token.value = csrfToken();
  form.append(token);
  document.body.append(form);
  form.submit();
}
