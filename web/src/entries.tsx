// What was said so far, what is offered first, and what is under way.

import { useEffect, useRef } from "preact/hooks";
import { Answer, Buttons } from "./answer";
import type { Button, Failure } from "./api";
import type { Bot, Conversation, Entry } from "./conversation";
import { useLook } from "./look";
import { linked } from "./text";
import { reason } from "./told";

interface Props {
  conversation: Conversation;
  /** The first questions are wanted once more. */
  hot: boolean;
  greets: boolean;
  press: (button: Button) => void;
  retry: () => void;
  summarise: (bot: Bot) => void;
}

export function Entries({ conversation, hot, greets, press, retry, summarise }: Props) {
  const { entries, waiting, ready } = conversation;
  const latest = newest(entries);
  return (
    <ol class="entries">
      {entries.map((entry) => (
        <Shown entry={entry} key={entry.key}>
          {entry.kind === "bot" && (
            <Answer
              bot={entry}
              latest={entry === latest && !hot}
              busy={waiting}
              press={press}
              rate={(bot, useful, why) => conversation.rate(bot, useful, why)}
              summarise={summarise}
            />
          )}
          {entry.kind === "failure" && <Failed id={entry.key} failure={entry.failure} ready={ready} retry={retry} />}
        </Shown>
      ))}
      {greets && <Greeting buttons={conversation.hot} busy={waiting} press={press} again={hot} />}
      {waiting && <Typing />}
    </ol>
  );
}

export function newest(entries: Entry[]): Bot | undefined {
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const entry = entries[at];
    if (entry.kind === "bot") return entry;
  }
  return undefined;
}

function Shown({ entry, children }: { entry: Entry; children: preact.ComponentChildren }) {
  const { say } = useLook();
  if (entry.kind === "person")
    return (
      <li class="entry person">
        <div class="bubble">
          <span class="sr">{say("you")}：</span>
          <p>{entry.text}</p>
        </div>
      </li>
    );
  if (entry.kind === "note") return <li class="entry note">{say(entry.words)}</li>;
  return <>{children}</>;
}

function Greeting({ buttons, busy, press, again }: { buttons: Button[]; busy: boolean; press: (button: Button) => void; again: boolean }) {
  const { say } = useLook();
  const first = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (again) first.current?.querySelector("button")?.focus();
  }, [again]);
  return (
    <li class="entry bot greeting">
      {!again && (
        <div class="bubble">
          <p>{say("greeting")}</p>
        </div>
      )}
      <div class="choices" role="group" aria-label={say("hot_title")} ref={first}>
        <p class="hint">{say("hot_title")}</p>
        <Buttons buttons={buttons} busy={busy} press={press} />
      </div>
    </li>
  );
}

interface FailedProps {
  id: string;
  failure: Failure;
  ready: boolean;
  retry: () => void;
}

function Failed({ id, failure, ready, retry }: FailedProps) {
  const { say } = useLook();
  return (
    <li class="entry bot failure">
      <div class="bubble" tabIndex={-1} id={id}>
        <p>{linked(reason(failure, ready, say))}</p>
        <div class="row">
          <button type="button" class="button main" onClick={retry}>
            {say("retry")}
          </button>
          <a class="button" href="tel:12348">
            {say("hotline")}
          </a>
        </div>
      </div>
    </li>
  );
}

function Typing() {
  const { say } = useLook();
  return (
    <li class="entry bot typing">
      <div class="bubble">
        <p>
          {say("typing")}
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        </p>
      </div>
    </li>
  );
}
