// Put into the page when the rep asks for something there, and only then. The page itself cannot see it: extensions have a world of their own.
import { insertText, readConversation, readSelection } from "./page_text.js";

globalThis.kbPage = { insertText, readConversation, readSelection };
