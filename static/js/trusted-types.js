// The first script of every page. Text becomes markup here (htmx swaps it in, and the content policy lets nothing in it
// run), but never script: no eval, no script element made or filled on the fly, whatever library asks for it.
"use strict";
if (window.trustedTypes) window.trustedTypes.createPolicy("default", { createHTML: (text) => text });
