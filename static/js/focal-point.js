// <focal-point><p class="stage"><img></p> <input type="file"> <input type="number"> twice</focal-point>
// The focal point of a picture by pointing and by arrow keys, and a new picture to see at once.
class FocalPoint extends HTMLElement {
  connectedCallback() {
    [this.x, this.y] = this.querySelectorAll("input[type=number]")
    for (const number of [this.x, this.y]) number.addEventListener("input", () => this.show())
    const file = this.querySelector("input[type=file]")
    file.addEventListener("change", () => this.preview(file.files[0]))
    this.prepare(this.querySelector(".stage"))
  }

  prepare(stage) {
    if (!stage) return
    this.dot = document.createElement("span")
    this.dot.className = "focus"
    this.dot.tabIndex = 0
    this.dot.role = "slider"
    this.dot.ariaLabel = this.dataset.label
    this.dot.addEventListener("keydown", event => this.step(event))
    stage.append(this.dot)
    stage.addEventListener("click", event => this.point(event, stage))
    this.show()
  }

  point({ clientX, clientY }, stage) {
    const { left, top, width, height } = stage.getBoundingClientRect()
    this.move((clientX - left) / width * 100, (clientY - top) / height * 100)
  }

  step(event) {
    const [right, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? []
    if (right === undefined) return
    event.preventDefault()
    const far = event.shiftKey ? 10 : 1
    this.move(+this.x.value + right * far, +this.y.value + down * far)
  }

  move(x, y) {
    this.x.value = within(x)
    this.y.value = within(y)
    this.show()
  }

  show() {
    if (!this.dot) return
    const [x, y] = [within(this.x.value), within(this.y.value)]
    this.dot.style.insetInlineStart = `${x}%`
    this.dot.style.insetBlockStart = `${y}%`
    this.dot.ariaValueNow = x
    this.dot.ariaValueText = this.dataset.place.replace("{x}", x).replace("{y}", y)
  }

  preview(file) {
    if (!file) return
    const reader = new FileReader()
    reader.addEventListener("load", () => this.replace(reader.result))
    reader.readAsDataURL(file)
  }

  replace(source) {
    const image = new Image()
    image.alt = ""
    image.addEventListener("load", () => {
      const stage = document.createElement("p")
      stage.className = "stage"
      stage.append(image)
      this.querySelector(".stage")?.remove()
      this.prepend(stage)
      this.prepare(stage)
      this.move(50, 50)
    })
    image.src = source
  }
}

function within(percent) {
  return Math.round(Math.min(100, Math.max(0, percent)))
}

customElements.define("focal-point", FocalPoint)
