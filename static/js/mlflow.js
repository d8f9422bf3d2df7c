// From an address that MLflow's client prints to the page of the portal. Only the forms below lead anywhere, and only
// within this origin; any other leaves the page with its links as it is.
"use strict";
(() => {
  const name = "([A-Za-z0-9][A-Za-z0-9._-]{0,99})";
  const forms = [
    [/^#\/experiments\/\d{1,18}\/runs\/([0-9a-f]{32})(?:\/.*)?$/, (run) => `/experiments/-/runs/${run}/`],
    [/^#\/experiments\/(\d{1,18})(?:\/.*)?$/, (number) => `/experiments/${number}/`],
    [/^#\/experiments\/?$/, () => "/experiments/"],
    [new RegExp(`^#/models/${name}/versions/(\\d{1,9})(?:/.*)?$`), (model, n) => `/models/${model}/versions/${n}/`],
    [new RegExp(`^#/models/${name}/?$`), (model) => `/models/${model}/`],
    [new RegExp(`^#/prompts/${name}/?$`), (model) => `/models/${model}/`],
    [/^#\/models\/?$/, () => "/models/"],
  ];
  const go = () => {
    const said = location.hash.replace(/\?.*$/, "");
    for (const [form, page] of forms) {
      const found = form.exec(said);
      if (found) return location.replace(page(...found.slice(1)));
    }
  };
  addEventListener("hashchange", go);
  go();
})();
