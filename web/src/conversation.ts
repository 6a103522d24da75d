// What was said, and what is under way. Knows nothing of the screen.

import type { Answer, Answered, Begun, Button, Kept } from "./api";
import { Channel, Failure } from "./api";
import { isApology } from "./outcomes";
import type { Script } from "./settings";
import { ofTab } from "./storage";

export type Entry =
  | { kind: "person"; key: string; text: string }
  | ({ kind: "bot"; key: string; id: string; useful: boolean | null } & Answer)
  | { kind: "note"; key: string; words: string }
  | { kind: "failure"; key: string; failure: Failure };

export type Bot = Extract<Entry, { kind: "bot" }>;
type Said = { text: string } | { button: string };


/** What a screen reader is told: a sentence of the interface, or an answer. */
export type News = { words: string } | { answer: Bot } | { failure: Failure };

export class Conversation {
  entries: Entry[] = [];
  hot: Button[] = [];
  waiting = false;
  ready = false;

  private readonly channel = new Channel();
  private readonly known = new Set<string>();
  private pending: (() => Promise<void>) | null = null;
  private count = 0;

  constructor(
    script: Script,
    private readonly changed: () => void,
    private readonly news: (what: News) => void,
  ) {
    this.channel.script = script;
    this.channel.ticket = ofTab.get("ticket") || "";
  }

  /** Go on with the conversation of this tab, or begin one. */
  open(): Promise<void> {
    return this.attempt(async () => {
      if (this.channel.ticket) await this.resume();
      if (!this.channel.ticket) this.start(await this.channel.begin());
      this.ready = true;
    });
  }

  say(text: string): Promise<void> {
    return this.send({ text }, text);
  }

  press(button: Button): Promise<void> {
    return this.send({ button: button.payload }, button.title);
  }

  retry(): Promise<void> {
    const again = this.pending;
    return again && !this.waiting ? this.attempt(again) : Promise.resolve();
  }

  restart(): Promise<void> {
    return this.anew(() => this.channel.begin(), "restarted");
  }

  clear(): Promise<void> {
    return this.anew(() => this.channel.clear(), "cleared");
  }

  /** Rate an answer; tell whether the bot has kept it. */
  async rate(bot: Bot, useful: boolean, reason: string): Promise<boolean> {
    const kept = await this.channel.rate(bot.id, useful, reason).then(
      () => true,
      () => false,
    );
    if (kept) this.entries = this.entries.map((one) => (one.kind === "bot" && one.id === bot.id ? { ...one, useful } : one));
    this.news({ words: kept ? "rated" : "rate_failed" });
    this.changed();
    return kept;
  }

  /** Show everything in another script: what was said comes from the bot once more. */
  async write(script: Script): Promise<void> {
    this.channel.script = script;
    if (!this.ready || this.waiting) return;
    const past = await this.channel.history().catch(() => null);
    if (past && !this.waiting) {
      this.hot = past.hot;
      this.entries = this.shown(past.messages);
    }
    this.changed();
  }

  private send(said: Said, shown: string): Promise<void> {
    if (this.waiting || !this.ready) return Promise.resolve();
    this.entries = [...this.entries.filter((one) => one.kind !== "failure"), { kind: "person", key: this.key(), text: shown }];
    let tried = false;
    return this.attempt(async () => {
      if (tried && (await this.arrivedAfterAll())) return;
      tried = true;
      const answered = await this.channel.say(said).catch((error) => this.sayAnew(error, shown));
      if (answered.ticket) this.keep(answered.ticket);
      this.known.add(answered.id);
      const sorry = answered.messages.filter((one) => isApology(one.outcome))[0];
      if (sorry) throw new Failure("refused", sorry.outcome, sorry.says.join(""));
      for (const answer of answered.messages) this.add({ kind: "bot", key: this.key(), id: answered.id, useful: null, ...answer });
    });
  }

  /** Where the conversation is over, say it in a new one; a button of the old one counts as typed. */
  private async sayAnew(error: Failure, shown: string): Promise<Answered> {
    if (error.code !== "expired_token" && error.code !== "bad_token") throw error;
    this.start(await this.channel.begin());
    this.entries = [this.note("expired"), { kind: "person", key: this.key(), text: shown }];
    return this.channel.say({ text: shown });
  }

  /** What seemed to fail may have been answered: then it is shown, and not said twice. */
  private async arrivedAfterAll(): Promise<boolean> {
    const past = (await this.channel.history()).messages;
    const last = past[past.length - 1];
    if (!last || this.known.has(last.id)) return false;
    this.entries = this.shown(past);
    const newest = this.entries[this.entries.length - 1];
    if (newest.kind === "bot") this.news({ answer: newest });
    return true;
  }

  private async resume(): Promise<void> {
    try {
      const past = await this.channel.history();
      this.hot = past.hot;
      if (past.messages.length) this.entries = [...this.shown(past.messages), this.note("history")];
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.kind !== "refused") throw failure;
      this.channel.ticket = "";
      if (failure.code === "expired_token") this.entries = [this.note("expired")];
    }
  }

  private shown(past: Kept[]): Entry[] {
    return past.map((one): Entry => {
      this.known.add(one.id);
      if (one.from === "person") return { kind: "person", key: this.key(), text: one.text };
      return { ...one, kind: "bot", key: this.key() };
    });
  }

  private anew(how: () => ReturnType<Channel["begin"]>, words: string): Promise<void> {
    if (this.waiting) return Promise.resolve();
    return this.attempt(async () => {
      this.start(await how());
      this.entries = [this.note(words)];
      this.news({ words });
    });
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    this.waiting = true;
    this.pending = what;
    this.entries = this.entries.filter((one) => one.kind !== "failure");
    this.changed();
    try {
      await what();
      this.pending = null;
    } catch (error) {
      const failure = error instanceof Failure ? error : new Failure("server");
      this.entries = [...this.entries, { kind: "failure", key: this.key(), failure }];
      this.news({ failure });
    }
    this.waiting = false;
    this.changed();
  }

  private add(bot: Bot): void {
    this.entries = [...this.entries, bot];
    this.news({ answer: bot });
  }

  private start(begun: Begun): void {
    this.keep(begun.ticket);
    this.hot = begun.hot;
    this.known.clear();
  }

  private keep(ticket: string): void {
    this.channel.ticket = ticket;
    ofTab.set("ticket", ticket);
  }

  private note(words: string): Entry {
    return { kind: "note", key: this.key(), words };
  }

  private key(): string {
    return `entry-${++this.count}`;
  }
}
