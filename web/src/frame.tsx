// The page of the conversation: in a frame on a bureau's page, or by itself.

import { render } from "preact";
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { Bot, News } from "./conversation";
import { Conversation } from "./conversation";
import { tellHost } from "./host";
import { LookProvider, firstScript, useOwnLook } from "./look";
import { stop } from "./speech";
import { Summary } from "./summary";
import { Window } from "./window";

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

render(<App />, document.getElementById("app") as HTMLElement);
