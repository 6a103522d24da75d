// Was it of use? If not, a reason may be given; nobody has to.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Bot } from "./conversation";
import { focused } from "./focus";
import { useLook } from "./look";
import { settings } from "./settings";

const LONGEST = 200;

interface Props {
  bot: Bot;
  rate: (bot: Bot, useful: boolean, reason: string) => Promise<boolean>;
}

export function Rating({ bot, rate }: Props) {
  const { say } = useLook();
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState(false);
  const acted = useRef(false); // the pressed button is gone then, and the focus goes to the thanks
  async function give(useful: boolean, reason = "") {
    acted.current = true;
    setFailed(!(await rate(bot, useful, reason)));
  }
  if (asking) return <Reason give={(reason) => give(false, reason)} done={() => setAsking(false)} />;
  if (bot.useful !== null && !failed)
    return (
      <p class="rated" tabIndex={-1} ref={acted.current ? focused : undefined}>
        {`${say(bot.useful ? "useful" : "not_useful")}。${say("rated")}`}
      </p>
    );
  function refuse() {
    give(false);
    setAsking(true);
  }
  return (
    <div class="rating" role="group" aria-label={say("rate_ask")}>
      <span class={failed ? "" : "question"} aria-hidden="true">{say(failed ? "rate_failed" : "rate_ask")}</span>
      <button type="button" class="button quiet" onClick={() => give(true)}>
        {say("useful")}
      </button>
      <button type="button" class="button quiet" onClick={refuse}>
        {say("not_useful")}
      </button>
    </div>
  );
}

function Reason({ give, done }: { give: (reason: string) => void; done: () => void }) {
  const { say, script } = useLook();
  const [text, setText] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.scrollIntoView({ block: "nearest" }), []);
  function tell(reason: string) {
    if (reason.trim()) give(reason.trim());
    done();
  }
  return (
    <form
      ref={form}
      class="reason"
      aria-label={say("reason_ask")}
      onSubmit={(event) => {
        event.preventDefault();
        tell(text);
      }}
    >
      <p>{say("reason_ask")}</p>
      <div class="row">
        {settings[script].reasons.map((reason, at) => (
          <button type="button" class="button choice" ref={at ? undefined : focused} onClick={() => tell(reason)}>
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
