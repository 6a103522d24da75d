// The conversation's window: in a frame on a bureau's page, or on a page of its own.

import { render } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { Answer, Buttons } from "./answer";
import type { Button, Failure } from "./api";
import { Composer } from "./composer";
import type { Bot, Entry, News } from "./conversation";
import { Conversation } from "./conversation";
import { focusUnseen, focused } from "./focus";
import { Header } from "./header";
import { close, embedded, onOpened, tellHost } from "./host";
import { isComposing } from "./keys";
import type { Look } from "./look";
import { LookProvider, firstScript, useLook, useOwnLook } from "./look";
import { Summary } from "./summary";
import { stop } from "./speech";
import { linked } from "./text";

/** A question takes up to this part of the room, so that its answer is seen below it. */
const QUESTION = 0.4;

const touched = !window.matchMedia("(hover: hover)").matches;

function App() {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const [news, setNews] = useState<News | null>(null);
  const [summary, setSummary] = useState<Bot | null>(null);
  const [conversation] = useState(() => new Conversation(firstScript(), () => redraw(undefined), setNews));
  const look = useOwnLook((script) => conversation.write(script));
  const last = useRef("");
  useEffect(() => {
    tellHost("ready");
    conversation.open();
    window.addEventListener("pagehide", stop);
  }, []);

  function back() {
    if (summary) last.current = summary.key;
    setSummary(null);
  }

  return (
    <LookProvider value={look}>
      {summary ? (
        <Summary bot={summary} back={back} />
      ) : (
        <Window conversation={conversation} summarise={setSummary} news={news} announce={setNews} backTo={last.current} />
      )}
    </LookProvider>
  );
}

interface WindowProps {
  conversation: Conversation;
  summarise: (bot: Bot) => void;
  news: News | null;
  announce: (news: News) => void;
  backTo: string;
}

function Window({ conversation, summarise, news, announce, backTo }: WindowProps) {
  const look = useLook();
  const { say } = look;
  const [hot, setHot] = useState(false);
  const [clearing, setClearing] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const online = useOnline(announce);
  const pressed = useRef(false);
  const { entries, waiting, ready } = conversation;

  const scroller = useScrolling([entries.length, waiting, hot, look.large, online], hot);
  // On a touch screen the field is left alone: its keyboard would cover the questions to press.
  const enter = () => (touched ? focusUnseen(scroller.current) : input.current?.focus());
  useEffect(() => onOpened(enter), []);
  useEffect(() => {
    if (backTo) document.getElementById(backTo)?.focus();
    else if (!embedded && !touched) enter();
  }, []);
  const latest = newest(entries);
  useEffect(() => {
    // A pressed button is gone: whoever uses the keyboard goes on from the answer.
    if (pressed.current && !waiting && latest) document.getElementById(latest.key)?.focus({ preventScroll: true });
    if (!waiting) pressed.current = false;
  }, [waiting, latest?.key]);

  function press(button: Button) {
    setHot(false);
    pressed.current = true;
    conversation.press(button);
  }

  function clear() {
    setClearing(false);
    conversation.clear();
    enter();
  }

  const greets = ready && (entries.every((one) => one.kind === "note") || hot);
  return (
    <div class={`window${embedded ? "" : " page"}${greets ? "" : " begun"}`} onKeyDown={(event) => event.key === "Escape" && !isComposing(event) && close()}>
      <Header
        actions={{
          hot: () => setHot(true),
          restart: () => {
            setHot(false);
            conversation.restart();
            enter();
          },
          clear: () => setClearing(true),
        }}
      />
      <main>
      {!online && <p class="offline">{linked(say("offline"))}</p>}
      <section class="scroller" ref={scroller} tabIndex={0} aria-label={say("conversation")}>
        <ol class="entries">
          {entries.map((entry) => (
            <Shown entry={entry} key={entry.key}>
              {entry.kind === "bot" && (
                <Answer
                  bot={entry}
                  latest={entry === latest && !hot}
                  busy={waiting}
                  press={press}
                  rate={(bot, useful, reason) => conversation.rate(bot, useful, reason)}
                  summarise={summarise}
                />
              )}
              {entry.kind === "failure" && <Failed failure={entry.failure} ready={ready} retry={() => conversation.retry()} />}
            </Shown>
          ))}
          {greets && <Greeting buttons={conversation.hot} busy={waiting} press={press} again={hot} />}
          {waiting && (
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
          )}
        </ol>
      </section>
      {clearing ? (
        <Confirm yes={clear} no={() => (setClearing(false), enter())} />
      ) : (
        <Composer
          busy={waiting || !ready}
          held={() => !ready && conversation.retry()}
          inputRef={input}
          send={(text) => {
            setHot(false);
            conversation.say(text);
          }}
        />
      )}
      </main>
      <p class="sr" role="status" aria-live="polite">
        {waiting && ready ? say("typing") : told(news, ready, look)}
      </p>
    </div>
  );
}

function newest(entries: Entry[]): Bot | undefined {
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

function Failed({ failure, ready, retry }: { failure: Failure; ready: boolean; retry: () => void }) {
  const { say } = useLook();
  return (
    <li class="entry bot failure">
      <div class="bubble">
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

function reason(failure: Failure, ready: boolean, say: Look["say"]): string {
  if (!ready) return say("failed_start");
  return failure.said || say(failure.kind === "timeout" ? "failed_timeout" : failure.kind === "network" ? "failed_network" : "failed_server");
}

function Confirm({ yes, no }: { yes: () => void; no: () => void }) {
  const { say } = useLook();
  return (
    <div
      class="confirm"
      role="alertdialog"
      aria-labelledby="clear-ask"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        no();
      }}
    >
      <p id="clear-ask">{say("clear_ask")}</p>
      <div class="row">
        <button type="button" class="button" ref={focused} onClick={no}>
          {say("clear_no")}
        </button>
        <button type="button" class="button danger" onClick={yes}>
          {say("clear_yes")}
        </button>
      </div>
    </div>
  );
}

/** What the one live region says of the latest news. */
function told(news: News | null, ready: boolean, { say }: Look): string {
  if (!news) return "";
  if ("words" in news) return say(news.words);
  if ("failure" in news) return `${reason(news.failure, ready, say)}${say("hotline")}`;
  const { progress, says } = news.answer;
  const ahead = progress ? `${say("progress", { at: progress.at, of: progress.of_at_most })}。` : "";
  return `${say("bot")}：${ahead}${says.join(" ")}`;
}

/** Tell whether the network is there, and announce when it goes and comes. */
function useOnline(announce: (news: News) => void): boolean {
  const [online, setOnline] = useState(navigator.onLine !== false);
  useEffect(() => {
    const change = () => {
      setOnline(navigator.onLine);
      announce({ words: navigator.onLine ? "online" : "offline" });
    };
    window.addEventListener("online", change);
    window.addEventListener("offline", change);
    return () => {
      window.removeEventListener("online", change);
      window.removeEventListener("offline", change);
    };
  }, []);
  return online;
}

/** Keep the latest question and the beginning of its answer in view; before the first, what stands on top. */
function useScrolling(changes: unknown[], hot: boolean) {
  const scroller = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const room = scroller.current;
    if (!room) return;
    const asked = room.querySelectorAll<HTMLElement>(".entry.person");
    const last = asked[asked.length - 1];
    const end = room.scrollHeight - room.clientHeight;
    const under = last ? last.offsetTop + last.offsetHeight - room.clientHeight * QUESTION : 0;
    room.scrollTop = hot ? end : last ? Math.min(end, Math.max(0, last.offsetTop - 8, under)) : 0;
  }, changes);
  return scroller;
}

render(<App />, document.getElementById("app") as HTMLElement);
