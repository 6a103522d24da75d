// One answer: what the bot says, where it is from, what comes next, and what a person thinks of it.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Button } from "./api";
import type { Bot } from "./conversation";
import { useLook } from "./look";
import { isApology, isUrgent } from "./outcomes";
import { Rating } from "./rating";
import { canSpeak, speak, stop } from "./speech";
import { linked, numbersIn, spoken } from "./text";

interface Props {
  bot: Bot;
  latest: boolean;
  busy: boolean;
  press: (button: Button) => void;
  rate: (bot: Bot, useful: boolean, reason: string) => Promise<boolean>;
  summarise: (bot: Bot) => void;
}

export function Answer({ bot, latest, busy, press, rate, summarise }: Props) {
  const { say } = useLook();
  const urgent = isUrgent(bot.outcome);
  const rateable = !bot.progress && !urgent && !isApology(bot.outcome);
  return (
    <li class="entry bot" data-outcome={bot.outcome}>
      <div class="bubble" tabIndex={-1} id={bot.key} role="group" aria-label={say("bot")}>
        {bot.progress && <Progress at={bot.progress.at} of={bot.progress.of_at_most} />}
        {bot.says.map((line) => (
          <p>{linked(line)}</p>
        ))}
        {urgent && <Calls numbers={numbersIn(bot.says)} />}
        {bot.cites && bot.cites.length > 0 && (
          <div class="sources">
            <span class="sr">{say("sources")}</span>
            {bot.cites.map((cite) => (
              <p>{linked(cite)}</p>
            ))}
          </div>
        )}
        {bot.summary && (
          <button type="button" class="button main" onClick={() => summarise(bot)}>
            {say("summary_open")}
          </button>
        )}
      </div>
      <div class="tools">
        <ReadAloud bot={bot} />
        {rateable && <Rating bot={bot} rate={rate} />}
      </div>
      {latest && bot.buttons.length > 0 && <Choices bot={bot} busy={busy} press={press} />}
    </li>
  );
}

function Calls({ numbers }: { numbers: string[] }) {
  const { say } = useLook();
  return (
    <div class="row calls">
      {numbers.map((number) => (
        <a class="button call" href={`tel:${number}`}>
          {say("call", { number })}
        </a>
      ))}
    </div>
  );
}

function Progress({ at, of }: { at: number; of: number }) {
  const { say } = useLook();
  return (
    <div class="progress">
      <span>{say("progress", { at, of })}</span>
      <progress max={of} value={at} aria-hidden="true" />
    </div>
  );
}

function Choices({ bot, busy, press }: { bot: Bot; busy: boolean; press: (button: Button) => void }) {
  const { say } = useLook();
  const label = say(bot.progress ? "options" : "related");
  return (
    <div class="choices" role="group" aria-label={label}>
      <p class="hint">{label}</p>
      <Buttons buttons={bot.buttons} busy={busy} press={press} />
    </div>
  );
}

export function Buttons({ buttons, busy, press }: { buttons: Button[]; busy: boolean; press: (button: Button) => void }) {
  return (
    <>
      {buttons.map((button) => (
        <button type="button" class="button choice" aria-disabled={busy} onClick={() => !busy && press(button)}>
          {button.title}
        </button>
      ))}
    </>
  );
}

function ReadAloud({ bot }: { bot: Bot }) {
  const { say, script } = useLook();
  const [reading, setReading] = useState(false);
  const heard = useRef(false);
  heard.current = reading;
  useEffect(() => () => (heard.current ? stop() : undefined), []); // what is gone is not read on
  if (!canSpeak) return null;
  function toggle() {
    if (reading) stop();
    else speak(spoken(bot.says.join("\n")), script, () => setReading(false));
    setReading(!reading);
  }
  return (
    <button type="button" class="button quiet" aria-pressed={reading} onClick={toggle}>
      {say(reading ? "read_stop" : "read")}
    </button>
  );
}
