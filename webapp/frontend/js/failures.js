// What htmx could not fetch is said, instead of leaving old results standing as if they were new.
import { phrase, say } from "./toast.js";

export function sayWhatFailed() {
  for (const kind of ["htmx:response:error", "htmx:error"]) {
    document.addEventListener(kind, () => say(phrase("unreached")));
  }
}
