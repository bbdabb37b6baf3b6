// Words between windows of one browser and one origin: BroadcastChannel, or, where a browser has none, an entry of its store that is
// taken away as soon as it is written. Nothing stays behind.

export class Line<T> {
  private readonly channel: BroadcastChannel | null;

  constructor(private readonly name: string, hear: (said: T) => void) {
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(name) : null;
    if (this.channel) this.channel.addEventListener("message", (event: MessageEvent<T>) => hear(event.data));
    else window.addEventListener("storage", ({ key, newValue }) => key === name && newValue && hear(JSON.parse(newValue) as T));
  }

  say(said: T): void {
    if (this.channel) return this.channel.postMessage(said);
    localStorage.setItem(this.name, JSON.stringify(said));
    localStorage.removeItem(this.name);
  }
}
