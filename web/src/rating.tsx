// Was it of use? If not, a reason may be given; nobody has to.

import { useState } from "preact/hooks";
import type { Bot } from "./conversation";
import { focused } from "./focus";
import { useLook } from "./look";
import { settings } from "./settings";

const LONGEST = 200;

interface Props {
  bot: Bot;
  rate: (bot: Bot, useful: boolean, reason: string) => void;
}

export function Rating({ bot, rate }: Props) {
  const { say } = useLook();
  const [asking, setAsking] = useState(false);
  if (asking) return <Reason bot={bot} rate={rate} done={() => setAsking(false)} />;
  if (bot.useful !== null) return <p class="rated" tabIndex={-1}>{`${say(bot.useful ? "useful" : "not_useful")}。${say("rated")}`}</p>;
  function refuse() {
    rate(bot, false, "");
    setAsking(true);
  }
  return (
    <div class="rating" role="group" aria-label={say("rate_ask")}>
      <span aria-hidden="true">{say("rate_ask")}</span>
      <button type="button" class="button quiet" onClick={() => rate(bot, true, "")}>
        {say("useful")}
      </button>
      <button type="button" class="button quiet" onClick={refuse}>
        {say("not_useful")}
      </button>
    </div>
  );
}

function Reason({ bot, rate, done }: Props & { done: () => void }) {
  const { say, script } = useLook();
  const [text, setText] = useState("");
  function give(reason: string) {
    if (reason.trim()) rate(bot, false, reason.trim());
    done();
  }
  return (
    <form
      class="reason"
      aria-label={say("reason_ask")}
      onSubmit={(event) => {
        event.preventDefault();
        give(text);
      }}
    >
      <p>{say("reason_ask")}</p>
      <div class="row">
        {settings[script].reasons.map((reason, at) => (
          <button type="button" class="button quiet" ref={at ? undefined : focused} onClick={() => give(reason)}>
            {reason}
          </button>
        ))}
      </div>
      <label>
        {say("reason_label")}
        <input type="text" maxLength={LONGEST} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <div class="row">
        <button type="submit" class="button main">
          {say("reason_send")}
        </button>
        <button type="button" class="button quiet" onClick={done}>
          {say("reason_skip")}
        </button>
      </div>
    </form>
  );
}
