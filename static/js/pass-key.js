// <pass-key hidden><form>… <input name="credential" type="hidden"> <button>…</button> <p role="status" hidden>…</p></form></pass-key>
// Asks the browser for a passkey, or to make one, and sends the form with it. What to ask for is in
// a block of data inside, or at the address in `options`. Stays hidden where the browser has no
// passkeys, and on a bare IP address, for which there are none.
class PassKey extends HTMLElement {
  connectedCallback() {
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) return
    if (/^[\d.]+$|:/.test(location.hostname)) return
    this.hidden = false
    this.form = this.querySelector("form")
    this.form.addEventListener("submit", event => {
      event.preventDefault()
      this.ask()
    })
  }

  async ask() {
    const said = this.querySelector("[role=status]")
    said.textContent = ""
    try {
      this.form.elements.credential.value = JSON.stringify(await this.credential())
    } catch {
      said.textContent = said.dataset.failed
      return
    }
    this.form.submit()
  }

  async credential() {
    const { request_options: given, creation_options: made } = await this.options()
    if (given) {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(given.publicKey)
      return navigator.credentials.get({ publicKey })
    }
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(made.publicKey)
    // It is to open the door by itself: known without an address, and to its owner alone.
    Object.assign(publicKey.authenticatorSelection, {
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    })
    return navigator.credentials.create({ publicKey })
  }

  async options() {
    const address = this.getAttribute("options")
    if (!address) return JSON.parse(this.querySelector("script").textContent)
    const answer = await fetch(address, { headers: { Accept: "application/json" } })
    return answer.json()
  }
}

customElements.define("pass-key", PassKey)
