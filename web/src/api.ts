// Speaks to the channel. Every failure has a kind that a person can be told.

import type { Script } from "./settings";
import { language, settings } from "./settings";

const PATIENCE = 12_000; // milliseconds; the bot answers within five seconds or says that it cannot

export type FailureKind = "network" | "timeout" | "server" | "refused";

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly code = "",
    readonly said = "",
  ) {
    super(kind);
  }
}

export interface Button {
  title: string;
  payload: string;
}

export interface Answer {
  says: string[];
  cites?: string[];
  outcome?: string;
  summary?: string[];
  progress?: { at: number; of_at_most: number };
  buttons: Button[];
}

export type Kept = { from: "person"; id: string; text: string } | ({ from: "bot"; id: string; useful: boolean | null } & Answer);

export interface Past {
  messages: Kept[];
  hot: Button[];
}

export interface Begun {
  ticket: string;
  hot: Button[];
}

export interface Answered {
  id: string;
  messages: Answer[];
  ticket?: string;
}

type Method = "GET" | "POST" | "DELETE";

export class Channel {
  ticket = "";
  script: Script = "hans";

  begin(): Promise<Begun> {
    return this.ask<Begun>("POST", "conversation");
  }

  history(): Promise<Past> {
    return this.ask<Past>("GET", "conversation");
  }

  clear(): Promise<Begun> {
    return this.ask<Begun>("DELETE", "conversation");
  }

  say(said: { text: string } | { button: string }): Promise<Answered> {
    return this.ask<Answered>("POST", "message", said);
  }

  rate(message: string, useful: boolean, reason: string): Promise<unknown> {
    return this.ask("POST", "rating", reason ? { message, useful, reason } : { message, useful });
  }

  private async ask<T>(method: Method, path: string, body?: object): Promise<T> {
    const headers: Record<string, string> = { "Accept-Language": language(this.script) };
    if (this.ticket) headers.Authorization = `Bearer ${this.ticket}`;
    if (body) headers["Content-Type"] = "application/json";
    const request: RequestInit = { method, headers, cache: "no-store", credentials: "omit" };
    if (body) request.body = JSON.stringify(body);
    const response = await inTime(fetch(`${settings.base}/${path}`, request));
    const told = await inTime(response.json()).catch(() => ({}));
    if (response.ok) return told as T;
    const kind = response.status >= 500 ? "server" : "refused";
    throw new Failure(kind, told.error || "", kind === "refused" ? told.message || "" : "");
  }
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure("timeout")), PATIENCE);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      () => {
        clearTimeout(timer);
        reject(new Failure("network"));
      },
    );
  });
}
