/*
 * The loader: all of Counterfoil that runs on a customer's page. It boots, shows the launcher in
 * a closed shadow root in the top layer, and makes the messenger's frame when somebody reaches
 * for it. It touches nothing of the page but one element of its own. See docs/messenger.md.
 */
(() => {
  const script = document.currentScript;
  const { app, boot: mode, consent, query = "" } = script.dataset;
  const base = new URL(".", script.src);
  const stub = window.Counterfoil;
  if (stub?.app) return; // The snippet stands on the page twice.

  const key = `counterfoil:${app}`;
  const listeners = {};

  let given = { ...script.dataset };
  let isAllowed = consent !== "required";
  let isWanted = mode !== "off";
  let booted = Promise.withResolvers();
  let booting = Promise.resolve();
  let storage = {};
  let unread = 0;
  let session, page, isOpen, target, retry, host, root, launcher, badge, frame, port, isAlive;

  const own = () => Object.entries(storage).filter(([name]) => name.startsWith(key));

  const emit = (name, detail) =>
    listeners[name]?.forEach((listener) => queueMicrotask(() => listener(detail)));

  // Query strings may hold what is nobody's business: only the listed names are sent.
  const address = (href) => {
    const url = new URL(href);
    const kept = [...url.searchParams].filter(([name]) => query.split(",").includes(name));
    url.search = new URLSearchParams(kept);
    url.hash = "";
    return url.href.slice(0, 2000);
  };

  const here = () => ({
    url: address(location.href),
    title: document.title.slice(0, 120).toWellFormed(),
    referrer: document.referrer && address(document.referrer),
  });

  const post = async (path, body, method = "POST") => {
    const response = await fetch(`${base}api/${path}`, {
      method,
      credentials: "omit",
      keepalive: !body,
      headers: {
        "Content-Type": "application/json",
        ...(session && { Authorization: `Bearer ${session.token}` }),
      },
      body: JSON.stringify(body),
    });
    const reply = await response.json().catch(() => ({}));
    if (response.ok) return reply;
    const error = new Error(reply.detail || `HTTP ${response.status}`);
    error.status = response.status;
    throw error;
  };

  /* Booting */

  const boot = (options) => {
    given = { ...given, ...options };
    isWanted = true;
    if (!isAllowed) return booted.promise;
    clearTimeout(retry);
    return (booting = booting.catch(() => {}).then(bootOnce));
  };

  const start = () => isWanted && run("boot");

  const bootOnce = async () => {
    const during = booted;
    try {
      storage = localStorage;
      storage[`${key}:visit`] ||= Math.random();
    } catch {
      storage = { ...storage };
    }
    page = here();
    const token = storage[key];
    const reply = await post("boot", {
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...given,
      app,
      page,
      token,
    }).catch((error) => {
      // No answer, or one that will change: try again unasked.
      if (!(error.status < 429)) retry = setTimeout(start, Math.random() * 3e4);
      tell("refused", { reason: error.message, status: error.status });
      throw error;
    });
    if (during !== booted) return; // Shut down meanwhile.
    if (token !== storage[key]) return bootOnce(); // Another tab was faster: agree with it.
    session = reply;
    storage[key] = session.token;
    showLauncher();
    tellSession();
    setUnread(session.unread);
    // Somebody waits for an answer, or something of theirs still waits to be sent.
    const latest = Date.parse(session.conversations[0]?.updated_at);
    if (storage[`${key}:unsent`] || Date.now() - latest < 6e5) makeFrame();
    const { contact } = session;
    booted.resolve(contact);
    emit("ready", contact);
    if (contact.role === "user") emit("identified", contact);
    return contact;
  };

  const end = () => {
    clearTimeout(retry);
    tell("shutdown");
    port?.close();
    hide();
    for (const [name] of own()) delete storage[name];
    // The frame needs a moment to forget what it keeps on the device.
    setTimeout((gone) => gone?.remove(), 1000, host);
    launcher?.remove();
    host = frame = port = session = isAlive = undefined;
    booted = Promise.withResolvers();
  };

  const leave = () => {
    given = {};
    isWanted = false;
    end();
  };

  // The server forgets the session as well: whoever kept its token opens nothing with it.
  const shutdown = () => {
    if (session) post("session", undefined, "DELETE").catch(() => {});
    leave();
  };

  const track = async (name, metadata) => {
    await booted.promise;
    await post("events", { name, metadata, page: here() });
  };

  const visit = () => {
    page = here();
    if (host && !host.isConnected) attach();
    tell("page", { page });
    emit("route", page.url);
    return track("page.visited");
  };

  // A moment later, because frameworks set the title after the address.
  const routed = () =>
    setTimeout(() => {
      if (session && page.url !== here().url) run("page");
    }, 100);

  /* The element, the launcher, the frame */

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial!important;display:block!important;position:fixed!important}
button,iframe{position:fixed;inset-inline-end:20px;bottom:20px;border:0}
button{width:56px;height:56px;border-radius:50%;background:var(--brand);color:var(--on-brand);cursor:pointer;box-shadow:0 4px 16px #0004}
button::before{content:"";display:block;margin:auto;width:20px;height:15px;border:2px solid;border-radius:8px 8px 8px 1px}
.o::before{width:11px;height:11px;border-width:0 2px 2px 0;border-radius:0;transform:translateY(-3px)rotate(45deg)}
span{position:absolute;top:-4px;right:-4px;min-width:10px;padding:0 6px;border-radius:11px;background:#C2251D;color:#fff;font:600 12px/22px system-ui}
span:empty{display:none}
iframe{bottom:92px;width:400px;height:min(704px,100dvh - 112px);border-radius:16px;background:Canvas;color-scheme:light dark;box-shadow:0 0 0 1px #8883,0 8px 40px #0004;visibility:hidden}
.o+iframe{visibility:visible}
@media(max-width:479px){iframe{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);border-radius:0}.o.true{display:none}}
@media print{:host{display:none!important}}`);

  const make = (name) => document.createElement(name);

  const showLauncher = () => {
    if (!host) {
      host = make("counterfoil-messenger");
      root = host.attachShadow({ mode: "closed" });
      root.adoptedStyleSheets = [sheet];
      root.append((launcher = make("button")));
      launcher.append((badge = make("span")));
      launcher.onclick = () => run(isOpen ? "hide" : "show");
      launcher.onpointerenter = launcher.onfocus = makeFrame;
      launcher.onkeydown = ({ key: pressed }) => {
        if (pressed === "Escape") hide();
      };
      attach();
    }
    const { color, on_color: onColor, position } = session.settings;
    host.style.cssText = `--brand:${color};--on-brand:${onColor}`;
    host.dir = position === "left" ? "rtl" : "ltr";
  };

  // The top layer is above every z-index of the page.
  const attach = () => {
    document.body.append(host);
    host.popover = "manual";
    host.showPopover();
  };

  const showState = () => {
    if (!host) return;
    const news = isOpen || !unread ? "" : unread;
    launcher.className = isOpen ? `o ${isAlive}` : "";
    launcher.ariaExpanded = !!isOpen;
    launcher.ariaLabel = `${isOpen ? "Close" : "Open"} messenger${news && ", " + news + " unread"}`;
    badge.textContent = news;
  };

  const setUnread = (count) => {
    if (count !== unread) emit("unread", count);
    unread = count;
    showState();
  };

  const makeFrame = () => {
    if (frame) return;
    frame = make("iframe");
    frame.title = `${session.settings.name} messenger`;
    frame.sandbox =
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads";
    const locale = given.locale || navigator.language;
    frame.src = `${base}frame/?app=${app}&locale=${encodeURIComponent(locale)}`;
    frame.onload = connect;
    root.append(frame);
  };

  // Each load of the frame gets a port of its own, which only a page of our origin can receive.
  const connect = () => {
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => {
      isAlive = true;
      heard[data.type](data);
      showState();
    };
    frame.contentWindow.postMessage("counterfoil:connect", base.origin, [channel.port2]);
    tellSession();
    tellShown();
  };

  const tell = (type, more) => port?.postMessage({ type, ...more });
  const tellSession = () => tell("session", { session, page, kept: own() });
  const tellShown = () => isOpen && tell("show", { target });

  const show = async (wanted) => {
    await booted.promise;
    target = wanted;
    makeFrame();
    fit();
    if (!isOpen) emit("show");
    isOpen = true;
    showState();
    tellShown();
    frame.focus();
  };

  const hide = () => {
    if (!isOpen) return;
    isOpen = false;
    showState();
    tell("hide");
    if (document.activeElement === host) launcher.focus();
    emit("hide");
    // What did not load gets another chance with the next opening.
    if (!isAlive) frame = frame.remove();
  };

  const heard = {
    close: hide,
    event: ({ name, detail }) => emit(name, detail),
    // Not at once: perhaps another tab is just signing in, and will leave us its token. Who it
    // signed in stays, whomever this page was made for: two tabs would take turns for ever.
    renew: () =>
      setTimeout(() => {
        if (session && storage[key] && storage[key] !== session.token) {
          given.identity = given.user_hash = given.user_id = undefined;
        }
        start();
      }, 1000),
    unread: (data) => setUnread(data.unread),
    // For browsers that give an embedded page no storage of its own.
    keep: ({ name, value }) => {
      if (value) storage[`${key}:${name}`] = value;
      else delete storage[`${key}:${name}`];
    },
  };

  // On a phone the keyboard covers part of the page; the messenger keeps to what is left.
  const fit = () => {
    const { height, offsetTop } = visualViewport;
    if (frame) frame.style.cssText = `--height:${height}px;--top:${offsetTop}px`;
  };
  visualViewport.addEventListener("resize", fit);
  visualViewport.addEventListener("scroll", fit);

  /* The one global */

  const commands = {
    __proto__: null,
    boot,
    update: boot,
    shutdown,
    show,
    open: show,
    hide,
    track,
    page: visit,
    consent: (isGiven) => {
      isAllowed = isGiven;
      return isGiven ? start() : end();
    },
    on: (name, listener) => {
      (listeners[name] ||= new Set()).add(listener);
      if (name === "ready" && session) listener(session.contact);
    },
    off: (name, listener) => listeners[name]?.delete(listener),
  };

  // A host that ignores what a command answers must not meet an unhandled rejection.
  const run = (name, ...values) => {
    const work = (async () => {
      if (!commands[name]) throw new Error(`Unknown command: ${name}`);
      return commands[name](...values);
    })();
    work.catch((error) => {
      console.warn(`Counterfoil: ${error.message}`);
      emit("error", error);
    });
    return work;
  };

  run.app = app;
  window.Counterfoil = run;
  stub?.q?.forEach((values) => run(...values));

  (window.requestIdleCallback || setTimeout)(start);

  // Where the browser does not tell of a new route, look: the page's own functions stay its own.
  if (window.navigation) navigation.addEventListener("currententrychange", routed);
  else setInterval(routed, 1000);
  // A sign-out in another tab is one here as well.
  addEventListener("storage", (event) => {
    if (event.key === key && !event.newValue && session) leave();
  });
})();
