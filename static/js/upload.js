// Uploads in pieces: progress, pause, going on after a lost connection or a reload. Without it the form sends the file.
"use strict";
(() => {
  const area = document.querySelector("[data-uploads]");
  const form = area?.querySelector("form");
  const input = form?.querySelector("input[type=file]");
  if (!input) return;

  const PIECE = 8 * 1024 * 1024;
  const panel = area.querySelector("[data-upload-panel]");
  const part = (name) => panel.querySelector(`[data-upload-${name}]`);
  const bar = panel.querySelector("progress");
  const folder = area.querySelector("[data-upload-folder]");
  const token = form.querySelector("input[name=csrfmiddlewaretoken]").value;
  const memory = "upload " + location.pathname;

  // The choice of a folder belongs beside the choice of a file.
  const extra = area.querySelector("[data-upload-extra]");
  if (extra) input.closest(".field")?.append(extra);

  let files = []; // {file, path, id, offset}
  let request = null;
  let isPaused = false;
  let isRunning = false;
  let wake = null;
  let seen = []; // moments and bytes, for the rate

  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB", "TB"];
    let step = 0;
    while (bytes >= 1000 && step < units.length - 1) {
      bytes /= 1000;
      step += 1;
    }
    return `${bytes < 10 && step ? bytes.toFixed(1) : Math.round(bytes)} ${units[step]}`;
  };

  // What a file is known by after a reload: the browser gives no more away.
  const mark = (item) => JSON.stringify([item.path, item.file.size, item.file.lastModified]);
  const remembered = () => {
    try {
      return JSON.parse(localStorage.getItem(memory)) || {};
    } catch {
      return {};
    }
  };
  const remember = (change) => {
    const all = remembered();
    change(all);
    try {
      if (Object.keys(all).length) localStorage.setItem(memory, JSON.stringify(all));
      else localStorage.removeItem(memory);
    } catch {
      // Storage can be forbidden: then an upload does not go on after a reload.
    }
  };

  // crypto.randomUUID is there on secure pages only.
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  class Refused extends Error {
    constructor(status, problem) {
      super(problem?.detail || `The portal answered ${status}.`);
      this.status = status;
      this.code = problem?.code || "";
    }
  }
  class Lost extends Error {}

  const ask = (method, url, { body = null, headers = {}, progress = null } = {}) =>
    new Promise((resolve, reject) => {
      const call = new XMLHttpRequest();
      request = call;
      call.open(method, url);
      call.setRequestHeader("X-CSRFToken", token);
      call.setRequestHeader("Accept", "application/json");
      for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
      if (progress) call.upload.addEventListener("progress", (event) => progress(event.loaded));
      call.addEventListener("loadend", () => {
        request = null;
        let said = null;
        try {
          said = JSON.parse(call.responseText);
        } catch {
          // No body, or none that this script understands.
        }
        if (call.status >= 200 && call.status < 300) resolve({ said, call });
        else if (call.status === 0 || call.status === 502 || call.status === 504) reject(new Lost());
        else reject(new Refused(call.status, said));
      });
      call.send(body);
    });

  const total = () => files.reduce((sum, item) => sum + item.file.size, 0);
  const arrived = () => files.reduce((sum, item) => sum + item.offset, 0);

  const show = (extra = 0) => {
    const done = arrived() + extra;
    const all = total();
    bar.max = all || 1;
    bar.value = done;
    part("text").textContent = `${size(done)} of ${size(all)} (${Math.floor((done / (all || 1)) * 100)} %)`;
    const now = performance.now();
    seen.push([now, done]);
    seen = seen.filter(([when]) => now - when < 5000);
    const [[first, before]] = seen;
    const rate = now - first > 500 ? ((done - before) / (now - first)) * 1000 : 0;
    part("rate").textContent = isPaused ? "paused" : rate > 0 ? `${size(rate)}/s` : "";
  };

  const fail = (text) => {
    part("error").textContent = text;
    part("error").hidden = !text;
  };

  const buttons = () => {
    part("pause").hidden = isPaused;
    part("resume").hidden = !isPaused;
  };

  const wait = (seconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  // The address of an upload that began before, if the portal still knows it; else of a new one.
  const begin = async (item) => {
    const known = item.id || remembered()[mark(item)];
    if (known) {
      try {
        const { said } = await ask("GET", `${area.dataset.uploads}${known}/`);
        if (said.state === "open" && said.length === item.file.size) {
          item.id = known;
          item.offset = said.offset;
          return;
        }
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 404) throw error;
        item.key = fresh();
      }
    }
    const { said } = await ask("POST", area.dataset.uploads, {
      body: JSON.stringify({ file_name: item.file.name, length: item.file.size }),
      headers: { "Content-Type": "application/json", "Idempotency-Key": item.key },
    });
    item.id = said.id;
    item.offset = said.offset;
    remember((all) => (all[mark(item)] = said.id));
  };

  const send = async (item) => {
    const piece = item.file.slice(item.offset, item.offset + PIECE);
    const { call } = await ask("PATCH", `${area.dataset.uploads}${item.id}/`, {
      body: piece,
      headers: { "Content-Type": "application/octet-stream", "Upload-Offset": String(item.offset) },
      progress: (loaded) => show(Math.min(loaded, piece.size)),
    });
    item.offset = Number(call.getResponseHeader("Upload-Offset"));
    show();
  };

  const isPassing = (error) =>
    error instanceof Lost ||
    (error instanceof Refused &&
      (error.status >= 500 || error.status === 429 || ["upload.offset_mismatch", "upload.superseded", "request.truncated"].includes(error.code)));

  const upload = async (item) => {
    let tries = 0;
    let isKnown = false;
    while (!isKnown || item.offset < item.file.size) {
      if (!isRunning) throw new Lost();
      if (isPaused) {
        await wait(3600);
        continue;
      }
      try {
        if (!isKnown) await begin(item);
        isKnown = true;
        show();
        if (item.offset < item.file.size) await send(item);
        tries = 0;
        fail("");
      } catch (error) {
        if (isPaused && error instanceof Lost) {
          isKnown = false;
          continue;
        }
        if (!isRunning || !isPassing(error)) throw error;
        isKnown = false; // the offset may be another now
        tries += 1;
        const seconds = Math.min(2 ** tries, 30);
        fail(`${error instanceof Lost ? "The connection was lost." : error.message} Trying again in ${seconds} s.`);
        await wait(seconds);
      }
    }
  };

  const finish = () => {
    const list = files.map((item) => ({ path: item.path, upload: item.id }));
    const isFolder = files.length > 1 || files[0].path !== files[0].file.name;
    form.elements.uploads.value = JSON.stringify(isFolder ? { files: list } : { upload: list[0].upload });
    input.disabled = true;
    part("text").textContent = "Everything has arrived. The version is being stored…";
    part("rate").textContent = "";
    bar.removeAttribute("value");
    for (const name of ["pause", "resume", "cancel"]) part(name).hidden = true;
    remember((all) => files.forEach((item) => delete all[mark(item)]));
    form.submit();
  };

  const run = async () => {
    isRunning = true;
    isPaused = false;
    seen = [];
    panel.hidden = false;
    part("cancel").hidden = false;
    part("name").textContent = files.length > 1 ? `${files.length} files` : files[0].file.name;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = true;
    fail("");
    buttons();
    show();
    panel.scrollIntoView({ block: "nearest" });
    try {
      for (const item of files) await upload(item);
      finish();
    } catch (error) {
      if (isRunning) fail(error.message);
      stop();
    }
  };

  const stop = () => {
    isRunning = false;
    isPaused = false;
    for (const name of ["pause", "resume", "cancel"]) part(name).hidden = true;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = false;
  };

  const chosen = () => {
    const picked = folder?.files.length ? [...folder.files] : [...input.files];
    // A folder's own name is not part of the paths in it.
    const path = (file) => (file.webkitRelativePath ? file.webkitRelativePath.split("/").slice(1).join("/") : file.name);
    return picked.map((file) => ({ file, path: path(file), id: "", offset: 0, key: fresh() }));
  };

  form.addEventListener("submit", (event) => {
    const picked = chosen();
    if (!picked.length) return; // an earlier upload, or the portal says what is missing
    event.preventDefault();
    event.stopPropagation();
    if (isRunning) return;
    if (picked.some((item) => item.file.size === 0)) {
      panel.hidden = false;
      part("name").textContent = picked.find((item) => item.file.size === 0).path;
      part("text").textContent = "";
      stop();
      fail("The file is empty. Choose the file that your training wrote.");
      return;
    }
    files = picked;
    run();
  });

  part("pause").addEventListener("click", () => {
    isPaused = true;
    request?.abort();
    buttons();
    show();
  });
  part("resume").addEventListener("click", () => {
    isPaused = false;
    seen = [];
    buttons();
    wake?.();
  });
  part("cancel").addEventListener("click", async () => {
    isRunning = false;
    request?.abort();
    const given = files;
    remember((all) => given.forEach((item) => delete all[mark(item)]));
    stop();
    part("text").textContent = "The upload was cancelled.";
    part("rate").textContent = "";
    isPaused = false;
    wake?.();
    for (const item of given.filter((each) => each.id)) {
      await ask("DELETE", `${area.dataset.uploads}${item.id}/`).catch(() => {}); // it expires by itself
    }
  });

  folder?.addEventListener("change", () => {
    const line = area.querySelector("[data-drop-file]");
    input.value = "";
    if (line) line.textContent = folder.files.length ? `${folder.files.length} files of a folder` : "";
  });
  input.addEventListener("change", () => {
    if (folder) folder.value = "";
    form.elements.uploads.value = "";
    area.querySelector("[data-upload-arrived]")?.remove();
  });

  addEventListener("online", () => wake?.());
  addEventListener("beforeunload", (event) => {
    if (isRunning && form.elements.uploads.value === "") event.preventDefault();
  });

  // After a reload: the bytes are there, but only the person can give the page the file again.
  const left = Object.keys(remembered());
  if (left.length) {
    const names = left.map((each) => JSON.parse(each)[0]);
    panel.hidden = false;
    part("name").textContent = names.length > 1 ? `${names.length} files` : names[0];
    part("text").textContent = "The upload was interrupted. Choose the same file again to go on where it stopped.";
    for (const name of ["pause", "resume", "cancel"]) part(name).hidden = true;
    const [known] = Object.values(remembered());
    ask("GET", `${area.dataset.uploads}${known}/`)
      .then(({ said }) => {
        if (said.state !== "open") throw new Refused(404);
        bar.max = said.length;
        bar.value = said.offset;
      })
      .catch((error) => {
        if (!(error instanceof Refused)) return;
        remember((all) => left.forEach((each) => delete all[each]));
        panel.hidden = true;
      });
  }
})();
