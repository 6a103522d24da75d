// Where a person types. Enter sends, but never while an input method composes a word with it.

import { useEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "./keys";
import { useLook } from "./look";

const LONGEST = 500;
const TELL_FROM = 400;
const TALLEST = 132; // pixels, before it scrolls

interface Props {
  busy: boolean;
  send: (text: string) => void;
  /** Called where what is typed cannot be sent yet. */
  held: () => void;
  inputRef: { current: HTMLTextAreaElement | null };
}

export function Composer({ busy, send, held, inputRef }: Props) {
  const { say } = useLook();
  const [text, setText] = useState("");
  const composing = useRef(false);

  useEffect(() => {
    // By hand: browsers have no `oncompositionstart`, from which Preact would know how the event is spelt.
    const area = inputRef.current;
    if (!area) return;
    area.addEventListener("compositionstart", () => (composing.current = true));
    area.addEventListener("compositionend", () => (composing.current = false));
  }, []);

  function submit() {
    if (!text.trim() && inputRef.current) inputRef.current.focus();
    if (!text.trim()) return;
    if (busy) {
      held();
      return;
    }
    send(text.trim());
    setText("");
    const area = inputRef.current;
    if (area) area.style.height = "";
  }

  function typed(area: HTMLTextAreaElement) {
    setText(area.value);
    area.style.height = "";
    if (area.scrollHeight > area.clientHeight) area.style.height = `${Math.min(area.scrollHeight + 4, TALLEST)}px`;
  }

  function pressed(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey) return;
    if (composing.current || isComposing(event)) return;
    event.preventDefault();
    submit();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p class="notice" id="notice">
        {say("notice")}
      </p>
      <div class="row">
        <label class="sr" for="question">
          {say("input_label")}
        </label>
        <textarea
          id="question"
          ref={inputRef}
          rows={1}
          maxLength={LONGEST}
          placeholder={say("placeholder")}
          aria-describedby="notice"
          enterkeyhint="send"
          autocomplete="off"
          value={text}
          onInput={(event) => typed(event.currentTarget)}
          onKeyDown={pressed}
        />
        <button type="submit" class="button main" aria-disabled={busy}>
          {say("send")}
        </button>
      </div>
      {text.length > TELL_FROM && <p class="left">{say("left", { count: LONGEST - text.length })}</p>}
    </form>
  );
}
