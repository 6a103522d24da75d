// What the window follows: whether there is a network, and where one has to look.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { News } from "./conversation";

/** A question takes up to this part of the room, so that its answer is seen below it. */
const QUESTION = 0.4;

/** Tell whether the network is there, and announce when it goes and comes. */
export function useOnline(announce: (news: News) => void): boolean {
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
export function useScrolling(changes: unknown[], hot: boolean) {
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
