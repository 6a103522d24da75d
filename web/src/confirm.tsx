// Asked before what cannot be undone.

import { focused } from "./focus";
import { useLook } from "./look";

export function Confirm({ yes, no }: { yes: () => void; no: () => void }) {
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
