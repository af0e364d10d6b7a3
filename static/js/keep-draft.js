// <keep-draft key="turn-12" url="/baton/12/text/draft/" fields="title body">, inside a form.
// Saves the form's text by itself, some seconds after the typing stops, and keeps in this browser
// what the server has not acknowledged yet: a connection that drops, a tab that closes or a server
// that restarts costs nobody a word. What the form alone can send (`beside`) is kept in this browser
// until then. Without a form around it, it offers what was left behind.
// templates/articles/_keep_draft.html has its words. The page works without it.

const PAUSE = 2_000 // since the last key
const LONGEST = 15_000 // of typing without a pause
const MOMENT = 10_000 // for what was sent while the page was left
const RETRIES = [2_000, 4_000, 8_000, 16_000, 30_000, 60_000]
const MOST_TO_CARRY = 60_000 // characters: browsers refuse more of them past the end of a page

class KeepDraft extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form")
    this.url = this.getAttribute("url")
    this.shelf = `draft:${this.getAttribute("key")}:`
    this.own = this.shelf + Date.now().toString(36) + Math.random().toString(36).slice(2)
    this.tries = 0
    if (this.form) this.watch()
    this.lookForCopies()
  }

  watch() {
    const named = attribute => (this.getAttribute(attribute) ?? "").split(" ")
      .flatMap(name => [name, `${name}_format`])
      .filter(name => this.form.elements[name])
    this.also = named("also")
    this.beside = named("beside")
    this.names = [...named("fields"), ...this.also]
    // What the server has: not what the browser has put back into the fields of a reloaded page,
    // and not what stands in a form that the server refused.
    this.saved = this.hasAttribute("unsaved") ? null : asText(this.pick(firstValueOf))
    this.form.addEventListener("input", () => this.typed())
    document.addEventListener("submit", event => this.submitted(event), true)
    document.addEventListener("visibilitychange", () => document.hidden && this.leave())
    for (const leaving of ["beforeunload", "pagehide"]) addEventListener(leaving, () => this.leave())
    addEventListener("offline", () => this.isDirty && this.lost())
    addEventListener("online", () => this.retry())
    if (this.isDirty) this.typed()
  }

  // What stands in the form ---------------------------------------------------------------------

  get content() {
    return this.pick(valueOf)
  }

  pick(value) {
    return Object.fromEntries(this.names.map(name => [name, value(this.form.elements[name])]))
  }

  // What was typed beside the text and is not sent yet.
  get loose() {
    const fields = this.beside.map(name => this.form.elements[name])
    const typed = fields.filter(field => valueOf(field) !== firstValueOf(field))
    return Object.fromEntries(typed.map(field => [field.name, valueOf(field)]))
  }

  holds({ loose }) {
    return Object.entries(loose ?? {}).every(([name, value]) => valueOf(this.form.elements[name]) === value)
  }

  get version() {
    return this.form.elements.version.value
  }

  set version(number) {
    this.form.elements.version.value = number
  }

  get isDirty() {
    return Boolean(this.unanswered) || asText(this.content) !== this.saved
  }

  get savesByItself() {
    return this.url && !this.hasAttribute("by-hand") && !this.isStopped
  }

  fill(content) {
    for (const [name, value] of Object.entries(content)) {
      const field = this.form.elements[name]
      if (!field) continue
      if (field.type === "checkbox") field.checked = value !== ""
      else field.value = value
      field.dispatchEvent(new Event("change", { bubbles: true })) // the editor looks at its field
      field.dispatchEvent(new Event("input", { bubbles: true }))
    }
  }

  // Saving --------------------------------------------------------------------------------------

  typed() {
    if (!this.isDirty) return this.keepLoose()
    this.keepCopy()
    if (!this.savesByItself || this.tries) return // a retry is on its way
    this.deadline ??= Date.now() + LONGEST
    this.later(Math.max(0, Math.min(PAUSE, this.deadline - Date.now())))
  }

  later(pause) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), pause)
  }

  leave() {
    if (!this.isDirty) return
    this.keepCopy()
    if (this.savesByItself) this.save()
  }

  retry() {
    if (!this.tries || !this.savesByItself) return
    this.tries = 1
    this.save()
  }

  // One request at a time: it is done when the server has what stands in the form by then.
  save() {
    clearTimeout(this.timer)
    this.deadline = null
    this.saving ??= this.saveAll().finally(() => { this.saving = null })
    return this.saving
  }

  async saveAll() {
    while (this.isDirty && !this.isStopped) {
      // What may have arrived goes again, word for word: so an answer that was lost is no conflict.
      const sent = this.unanswered ?? this.content
      if (asText(sent) === this.refused) return false
      this.unanswered = sent
      const answer = await this.post(sent, this.version)
      if (!answer) return this.lost()
      this.unanswered = null
      if (!this.take(answer, sent)) return false
    }
    return !this.isStopped
  }

  // The answer, or nothing where none came: whether it was saved is then not known.
  async post(content, version) {
    const body = new URLSearchParams({ version })
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "")
    // Line ends as a form sends them, so that both ways store the same.
    for (const [name, value] of Object.entries(content)) {
      body.set(name, value.replace(/\r?\n/g, "\r\n"))
      const before = this.also?.includes(name) && this.form.elements[`initial-${name}`]
      if (before) body.set(before.name, before.value.replace(/\r?\n/g, "\r\n"))
    }
    try {
      const response = await fetch(this.url, {
        method: "POST",
        body,
        redirect: "manual", // to a log-in: no answer to this
        keepalive: body.toString().length < MOST_TO_CARRY,
        signal: AbortSignal.timeout(20_000),
      })
      if (response.status >= 500) return null
      const speaks = [200, 409, 422].includes(response.status)
      return { status: response.status, ...(speaks ? await response.json() : {}) }
    } catch {
      return null
    }
  }

  take({ status, version, saved, sentence }, sent) {
    if (status === 200) return this.acknowledged(version, saved, sent)
    this.keepCopy()
    if (saved) this.told(version, saved) // all but what the sentence is about
    if (status === 422) {
      this.refused = asText(sent)
      this.say(sentence)
    } else if (status === 409) {
      this.stop(sentence)
      this.output.append(" ", this.template("both"))
      this.output.querySelector("button").addEventListener("click", () => this.form.requestSubmit(this.button))
    } else {
      this.stop(this.words("closed"))
    }
    return false
  }

  told(version, saved) {
    this.version = version
    this.querySelector("[data-saved]").textContent = saved
  }

  acknowledged(version, saved, sent) {
    this.told(version, saved)
    this.saved = asText(sent)
    for (const [name, value] of Object.entries(sent)) {
      const before = this.form.elements[`initial-${name}`] // what the newsroom's forms compare with
      if (before) before.value = value
    }
    this.refused = null
    if (this.isDirty) return true // there is more by now, and it goes next
    this.keepLoose()
    this.say(this.tries ? this.words("back") : "")
    this.tries = 0
    return true
  }

  lost() {
    this.say(this.words(this.keepCopy() ? "offline" : "alone"))
    if (this.savesByItself) this.later(RETRIES[Math.min(this.tries, RETRIES.length - 1)])
    this.tries += 1
    return false
  }

  stop(sentence) {
    this.isStopped = true
    clearTimeout(this.timer)
    this.say(sentence)
  }

  // A form of this page is sent: the text first, so that a lost connection leaves the page as it is.
  async submitted(event) {
    const { target, submitter } = event
    const waits = target === this.form ? this.url && !this.isStopped : this.savesByItself
    if (this.isSending || !waits || !this.isDirty) {
      // What stands beside the text goes along, and the next page shows what was refused of it.
      if (target === this.form && !this.isDirty) this.drop(this.own)
      return
    }
    event.preventDefault()
    event.stopPropagation()
    if (this.isPressed) return // a double click
    this.isPressed = true
    const isSaved = await this.save()
    this.isPressed = false
    if (!isSaved && this.tries) return // no connection, and said so
    this.isSending = true
    target.requestSubmit(submitter)
    this.isSending = false
  }

  get button() {
    return this.form.querySelector("[type=submit]")
  }

  // The second copy, in this browser ------------------------------------------------------------

  keepCopy() {
    const { content, loose, version, unanswered } = this
    return attempt(() => localStorage.setItem(this.own, JSON.stringify({ content, loose, version, unanswered, at: Date.now() })))
  }

  keepLoose() {
    if (Object.keys(this.loose).length) this.keepCopy()
    else this.drop(this.own)
  }

  drop(name) {
    attempt(() => localStorage.removeItem(name))
  }

  get copies() {
    const found = []
    attempt(() => {
      for (const [name, copy] of Object.entries(localStorage)) {
        if (name.startsWith(this.shelf) && name !== this.own) found.push({ name, ...JSON.parse(copy) })
      }
    })
    return found.sort((one, other) => other.at - one.at)
  }

  async lookForCopies() {
    for (const copy of this.copies) {
      if (this.form && !this.holds(copy)) this.offer(copy)
      else if (this.form && asText(copy.content) === asText(this.content)) this.drop(copy.name)
      else if (await this.isStored(copy) || await this.arrives(copy)) this.drop(copy.name)
      else this.offer(copy)
    }
  }

  // The page before this one may have sent it a moment ago.
  async arrives(copy) {
    if (Date.now() - copy.at > MOMENT) return false
    await new Promise(done => setTimeout(done, PAUSE))
    return this.isStored(copy)
  }

  // Asked by saving it as a version that never was: what is stored already is no conflict.
  async isStored({ content }) {
    if (this.also?.some(name => content[name] !== this.content[name])) return false
    const text = Object.fromEntries(Object.entries(content).filter(([name]) => !this.also?.includes(name)))
    const answer = this.url && await this.post(text, 0)
    if (answer?.status !== 200) return false
    if (this.form && !this.isDirty && String(answer.version) !== this.version) {
      this.drop(this.own)
      location.reload() // it was saved while this page was on its way here
    }
    return true
  }

  offer(copy) {
    const mayTake = this.form && !this.isStopped && this.speaksLike(copy)
    const offer = this.template(mayTake ? "offer" : "left").querySelector("section")
    offer.querySelector("[data-at]").textContent = new Date(copy.at).toLocaleString(
      document.documentElement.lang, { dateStyle: "long", timeStyle: "short" })
    offer.querySelector("[data-words]").textContent = wordsOf({ ...copy.content, ...copy.loose })
    offer.querySelector("[data-drop]").addEventListener("click", () => this.drop(copy.name) ?? offer.remove())
    offer.querySelector("[data-take]")?.addEventListener("click", () => this.goOnWith(copy, offer))
    ;(this.form ?? this).before(offer)
    this.say(this.words("found"))
  }

  // Plain writing and the editor's do not fit into each other's field.
  speaksLike({ content }) {
    return this.names.every(name => !name.endsWith("_format") || content[name] === this.form.elements[name].value)
  }

  async goOnWith(copy, offer) {
    if (this.isDirty && !(await this.save())) return
    this.unanswered = copy.unanswered
    this.version = copy.version // an older one than the saved text's is a conflict, and shows both
    this.fill({ ...copy.content, ...copy.loose })
    this.drop(copy.name)
    offer.remove()
    this.say("")
    this.form.querySelector("input:not([type=hidden]), textarea").focus()
  }

  // Telling -------------------------------------------------------------------------------------

  get output() {
    return this.querySelector("output")
  }

  // Only what is new is said: a screen reader hears no "saved" every few seconds.
  say(sentence) {
    if (this.output.textContent !== sentence) this.output.textContent = sentence
  }

  words(name) {
    return this.querySelector(`template[data-say=${name}]`).content.textContent
  }

  template(name) {
    return this.querySelector(`template[data-${name}]`).content.cloneNode(true)
  }
}

function valueOf(field) {
  return field?.type === "checkbox" ? (field.checked ? "on" : "") : field?.value
}

// As the server sent it, whatever the browser has put back since.
function firstValueOf(field) {
  if (field.type === "checkbox") return field.defaultChecked ? "on" : ""
  if (field.options) return ([...field.options].find(option => option.defaultSelected) ?? field.options[0]).value
  return field.defaultValue
}

function asText(content) {
  return JSON.stringify(content).replaceAll("\\r\\n", "\\n")
}

function wordsOf(content) {
  const values = Object.entries(content).filter(([name, value]) => !name.endsWith("_format") && !/^(on|\d*)$/.test(value)).map(([, value]) => value)
  const html = values.join("\n\n").replace(/<\/(p|h2|h3|li)>|<br>/g, "$&\n\n")
  return new DOMParser().parseFromString(html, "text/html").body.textContent.trim()
}

function attempt(act) {
  try {
    act()
    return true
  } catch {
    return false // no storage here, or it is full
  }
}

customElements.define("keep-draft", KeepDraft)
