/*
 * The loader: all of Counterfoil that runs on a customer's page. It boots, shows the launcher in
 * a closed shadow root in the top layer, and makes the messenger's frame when somebody reaches
 * for it. It touches nothing of the page but one element of its own, and the title where the
 * installation says so. See docs/messenger.md.
 */
(() => {
  const script = document.currentScript;
  const { dataset } = script;
  // `full` is for our own hosted page: up to this width the frame is all there is to see.
  const { app, locale, identity, query = "", full = "" } = dataset;
  const base = new URL(".", script.src);
  const stub = window.Counterfoil;
  if (stub?.app) return; // The snippet stands on the page twice.

  const key = `counterfoil:${app}`;
  let memory = {};
  let listeners = {};

  let isAllowed = dataset.consent !== "required";
  let isWanted = dataset.boot !== "off";
  let given = { locale, identity };
  let storage = memory;
  let unread = 0;
  let booting, booted, arrive, session, page, isOpen, target, retry;
  let host, root, launcher, badge, frame, port, isAlive, title, marked, titling;

  const recall = (place) => {
    try {
      // Who comes by a link is not for that who else uses this browser.
      storage = place || (given.link ? memory : localStorage);
      storage[key + ":visit"] ||= Math.random();
    } catch {
      recall(memory);
    }
  };
  const own = () => Object.entries(storage).filter(([name]) => name.startsWith(key));

  const emit = (name, detail) =>
    listeners[name]?.forEach((listener) => setTimeout(listener, 0, detail));

  // Query strings may hold what is nobody's business: only the listed names are sent.
  const address = (href) => {
    const url = new URL(href);
    url.search = new URLSearchParams(
      [...url.searchParams].filter(([name]) => query.split(",").includes(name)),
    );
    url.hash = "";
    return url.href.slice(0, 2000);
  };

  const here = () => ({
    url: address(location.href),
    title: showTitle().slice(0, 120).toWellFormed(),
    referrer: document.referrer && address(document.referrer),
  });

  const call = async (method, path, body) => {
    const response = await fetch(`${base}api/${path}`, {
      credentials: "omit",
      method,
      keepalive: true, // A host leaves the page right after a shutdown.
      headers: {
        "Content-Type": "application/json",
        ...(session && { Authorization: "Bearer " + session.token }),
      },
      body: JSON.stringify(body),
    }).catch(() => {
      throw Error("The messenger cannot be reached.");
    });
    const reply = await response.json().catch(() => ({}));
    if (response.ok) return reply;
    const error = Error(reply.detail || `HTTP ${response.status}`);
    error.status = response.status;
    throw error;
  };

  /* Booting */

  const forget = () => {
    session = undefined;
    booted = new Promise((resolve) => (arrive = resolve));
  };
  forget();

  const boot = (options) => {
    given = { ...given, ...options };
    isWanted = true;
    if (!isAllowed) return booted;
    retry = clearTimeout(retry);
    return (booting = Promise.resolve(booting).catch(() => {}).then(bootOnce));
  };

  const start = () => isWanted && run("boot");

  const bootOnce = async () => {
    const during = booted;
    // Forbidden or signed out while it waited for its turn.
    if (!isAllowed || !isWanted) return;
    recall();
    page = here();
    const token = storage[key];
    const reply = await call("POST", "boot", {
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...given,
      locale: given.locale || navigator.language,
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
    storage[key] = reply.token;
    showLauncher();
    tellSession();
    setUnread(reply.unread);
    // Somebody waits for an answer, or something of theirs still waits to be sent.
    const latest = reply.conversations[0]?.updated_at;
    if (storage[key + ":unsent"] || new Date() - new Date(latest) < 6e5) makeFrame();
    const { contact } = reply;
    arrive(contact);
    emit("ready", contact);
    if (contact.role === "user") emit("identified", contact);
    full && show();
    return contact;
  };

  const end = () => {
    retry = clearTimeout(retry);
    // Also what an earlier page has left, where this one has not booted.
    recall();
    session ||= storage[key] && { token: storage[key] };
    if (session) call("DELETE", "session").catch(() => {});
    tell("shutdown");
    port?.close();
    hide();
    for (const [name] of own()) delete storage[name];
    // The frame needs a moment to forget what it keeps on the device.
    setTimeout((gone) => gone?.remove(), 1000, host);
    launcher?.remove();
    host = frame = port = isAlive = isOpen = undefined;
    forget();
    setUnread(0);
  };

  const shutdown = () => {
    end();
    given = { locale };
    isWanted = false;
  };

  // A sign-out in another tab, or while this page was away, is one here as well.
  const agree = () => {
    if (session && !storage[key]) shutdown();
  };

  const track = async (name, metadata) => {
    await booted;
    await call("POST", "events", { name, metadata, page: here() });
  };

  const visit = () => {
    page = here();
    tell("page", { page });
    emit("route", page.url);
    return track("page.visited");
  };

  // A moment later, because frameworks set the title after the address.
  const routed = () =>
    setTimeout(() => {
      if (session && page.url !== here().url) run("page");
    }, 100);

  // A link may open the messenger: …#counterfoil=open, …#counterfoil=conversation:ID
  const followLink = () => {
    const [, what, id] = location.hash.match(/counterfoil=(\w+):?(\w*)/) || [];
    if (what) run("show", id && { [what]: id });
  };

  /* The element, the launcher, the frame */

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host{all:initial!important;display:block!important;position:fixed!important;z-index:99999999!important}
button,iframe{position:fixed;left:var(--cf-left);right:var(--cf-right);bottom:20px;border:0}
button{width:56px;height:56px;border:2px solid #0000;border-radius:50%;background:var(--brand);color:var(--on-brand);cursor:pointer;box-shadow:0 4px 16px #0004}
button::before{content:"";display:block;margin:auto;width:20px;height:15px;border:2px solid;border-radius:8px 8px 8px 1px}
.o::before{width:11px;height:11px;border-width:0 2px 2px 0;border-radius:0;translate:0 -3px;rotate:45deg}
span{position:absolute;top:-6px;right:-6px;padding:0 6px;border-radius:11px;background:#C2251D;color:#fff;font:600 12px/22px sans-serif}
span:empty{display:none}
iframe{bottom:92px;width:400px;height:min(704px,100dvh - 112px);outline:1px solid #0000;border-radius:16px;background:Canvas;color-scheme:light dark;box-shadow:0 0 0 1px #8883,0 8px 40px #0004;visibility:hidden}
.o+iframe{visibility:visible}
@media(max-width:${full || 479}px){iframe{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);border-radius:0}.o.true{display:none}}
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
      launcher.onkeydown = (event) => {
        if (event.key === "Escape") hide();
      };
      attach();
    }
    const { settings } = session;
    host.style.cssText = `--brand:${settings.color};--on-brand:${settings.on_color};--cf-${settings.position}:20px`;
    if (frame && frame.src !== frameUrl()) frame.src = frameUrl();
  };

  const attach = () => {
    if (!host || host.isConnected) return;
    document.body.append(host);
    host.popover = "manual";
    raise();
    watcher.observe(document.body, { childList: true });
  };

  // The top layer is above every z-index of the page, and who came last above the others there.
  const raise = () => {
    host.hidePopover?.();
    host.showPopover?.();
  };

  // Whatever takes our element away gets it back, but not at once: it may try again.
  const watcher = new MutationObserver(() => setTimeout(attach, 300));
  watcher.observe(document.documentElement, { childList: true });

  const showState = () => {
    if (!session) return;
    const { labels, locale: language } = session.settings;
    const news = isOpen || !unread ? "" : unread;
    const words = labels.unread[new Intl.PluralRules(language).select(unread)];
    launcher.className = isOpen ? `o ${isAlive}` : "";
    launcher.ariaExpanded = isOpen || false;
    launcher.ariaLabel =
      labels[isOpen ? "close" : "open"] + (news && ", " + words.replace("{n}", news));
    badge.textContent = news;
  };

  const setUnread = (count) => {
    if (count !== unread) emit("unread", count);
    unread = count;
    showState();
    showTitle();
  };

  // The page may change its title at any time: the count goes before whatever it is now.
  const showTitle = () => {
    clearTimeout(titling);
    if (document.title !== marked) title = marked = document.title;
    let wanted = title;
    if (unread && session?.settings.is_unread_in_title) {
      wanted = `(${unread}) ${title}`;
      titling = setTimeout(showTitle, 1000);
    }
    if (marked !== wanted) marked = document.title = wanted;
    return title;
  };

  const frameUrl = () =>
    `${base}frame/?app=${app}&locale=${session.settings.locale}&full=${full}`;

  const makeFrame = () => {
    if (frame) return;
    frame = make("iframe");
    frame.title = session.settings.name;
    frame.sandbox =
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads";
    frame.onload = connect;
    frame.src = frameUrl();
    root.append(frame);
  };

  // Each load of the frame gets a port of its own, which only a page of our origin can receive.
  const connect = () => {
    const channel = new MessageChannel();
    port?.close();
    port = channel.port1;
    port.onmessage = ({ data }) => {
      isAlive = true;
      heard[data.type]?.(data);
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
    await booted;
    target = wanted;
    attach();
    makeFrame();
    fit();
    if (!isOpen) {
      raise();
      emit("show");
    }
    isOpen = true;
    showState();
    tellShown();
    frame.focus();
  };

  const hide = () => {
    if (!isOpen || full) return;
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
        if (storage[key] !== session?.token) given = { locale };
        start();
      }, 1000),
    unread: (data) => setUnread(data.unread),
    // For browsers that give an embedded page no storage of its own.
    keep: ({ name, value }) => {
      name = key + ":" + name;
      if (value) storage[name] = value;
      else delete storage[name];
    },
  };

  // On a phone the keyboard covers part of the page; the messenger keeps to what is left.
  const fit = () => {
    const { height, offsetTop: top } = visualViewport;
    if (frame) frame.style.cssText = `--top:${top}px;--height:${height}px`;
  };
  visualViewport.addEventListener("resize", fit);
  visualViewport.addEventListener("scroll", fit);

  /* The one global */

  const commands = {
    boot,
    update: boot,
    prepare: () => booted.then(makeFrame),
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
      if (!commands[name]) throw Error("Unknown command: " + name);
      return commands[name](...values);
    })();
    work.catch((error) => {
      console.warn("Counterfoil: " + error.message);
      emit("error", error);
    });
    return work;
  };

  run.app = app;
  window.Counterfoil = run;
  stub?.q?.forEach((values) => run(...values));
  followLink();

  (window.requestIdleCallback || setTimeout)(() => {
    booting || start();
  });

  // Where the browser does not tell of a new route, look: the page's own functions stay its own.
  if (window.navigation) navigation.addEventListener("currententrychange", routed);
  else setInterval(routed, 1000);
  addEventListener("hashchange", followLink);
  // What waits for its next try waits no longer than the network is away.
  addEventListener("online", () => retry && start());
  addEventListener("storage", agree);
  addEventListener("pageshow", agree);
})();
