// The window of the conversation: the bar, what was said, and where one types.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Button } from "./api";
import { Composer } from "./composer";
import { Confirm } from "./confirm";
import type { Bot, Conversation, News } from "./conversation";
import { Entries, newest } from "./entries";
import { focusUnseen } from "./focus";
import { Header } from "./header";
import { useOnline, useScrolling } from "./hooks";
import { close, embedded, onOpened } from "./host";
import { isComposing } from "./keys";
import { useLook } from "./look";
import { linked } from "./text";
import { told } from "./told";

const touched = !window.matchMedia("(hover: hover)").matches;

interface Props {
  conversation: Conversation;
  summarise: (bot: Bot) => void;
  news: News | null;
  announce: (news: News) => void;
  /** The answer to go on from, after its summary. */
  backTo: string;
}

export function Window({ conversation, summarise, news, announce, backTo }: Props) {
  const look = useLook();
  const [hot, setHot] = useState(false);
  const [clearing, setClearing] = useState(false);
  const { entries, waiting, ready } = conversation;
  const online = useOnline(announce);
  const input = useRef<HTMLTextAreaElement>(null);
  const scroller = useScrolling([entries.length, waiting, hot, look.large, online], hot);
  // On a touch screen the field is left alone: its keyboard would cover the questions to press.
  const enter = () => (touched ? focusUnseen(scroller.current) : input.current?.focus());
  const last = entries[entries.length - 1];
  const pressed = useFocusAfter(waiting, last?.kind === "failure" ? last.key : newest(entries)?.key, enter);
  useEffect(() => onOpened(enter), []);
  useEffect(() => {
    if (backTo) document.getElementById(backTo)?.focus();
    else if (!embedded && !touched) enter();
  }, []);

  /** Go on with something else than what is on the screen. */
  function turnTo(what: () => unknown) {
    setHot(false);
    setClearing(false);
    what();
  }
  const restart = () => turnTo(() => (conversation.restart(), enter()));
  const clear = () => turnTo(() => (conversation.clear(), enter()));
  const press = (button: Button) => turnTo(() => ((pressed.current = true), conversation.press(button)));
  const retry = () => turnTo(() => ((pressed.current = true), conversation.retry()));

  const greets = ready && (entries.every((one) => one.kind === "note") || hot);
  const name = `window${embedded ? "" : " page"}${greets ? "" : " begun"}`;
  return (
    <div class={name} onKeyDown={(event) => event.key === "Escape" && !isComposing(event) && close()}>
      <Header actions={{ hot: () => setHot(true), restart, clear: () => setClearing(true) }} />
      <main>
        {!online && <p class="offline">{linked(look.say("offline"))}</p>}
        <section class="scroller" ref={scroller} tabIndex={0} aria-label={look.say("conversation")}>
          <Entries conversation={conversation} hot={hot} greets={greets} press={press} retry={retry} summarise={summarise} />
        </section>
        {clearing ? (
          <Confirm yes={clear} no={() => turnTo(enter)} />
        ) : (
          <Composer
            busy={waiting || !ready}
            held={() => !ready && conversation.retry()}
            inputRef={input}
            send={(text) => turnTo(() => conversation.say(text))}
          />
        )}
      </main>
      <p class="sr" role="status" aria-live="polite">
        {waiting && ready ? look.say("typing") : told(news, ready, look)}
      </p>
    </div>
  );
}

/** A pressed button is gone: whoever uses the keyboard goes on from what came of it. */
function useFocusAfter(waiting: boolean, key: string | undefined, otherwise: () => void) {
  const pressed = useRef(false);
  useEffect(() => {
    if (waiting) return;
    const came = key && document.getElementById(key);
    if (pressed.current) came ? came.focus({ preventScroll: true }) : otherwise();
    pressed.current = false;
  }, [waiting, key]);
  return pressed;
}
