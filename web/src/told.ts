// What is said of a failure, and what a screen reader is told.

import type { Failure } from "./api";
import type { News } from "./conversation";
import type { Look } from "./look";

/** Why there is no answer. */
export function reason(failure: Failure, ready: boolean, say: Look["say"]): string {
  if (!ready) return say("failed_start");
  return failure.said || say(failure.kind === "timeout" ? "failed_timeout" : failure.kind === "network" ? "failed_network" : "failed_server");
}

/** What the one live region says of the latest news. */
export function told(news: News | null, ready: boolean, { say }: Look): string {
  if (!news) return "";
  if ("words" in news) return say(news.words);
  if ("failure" in news) return `${reason(news.failure, ready, say)}${say("hotline")}`;
  const { progress, says } = news.answer;
  const ahead = progress ? `${say("progress", { at: progress.at, of: progress.of_at_most })}。` : "";
  return `${say("bot")}：${ahead}${says.join(" ")}`;
}
