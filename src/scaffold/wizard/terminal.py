"""Show the states of a journey on a terminal, and hand it the keys: all that is not pure."""

from types import FrameType

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.styles import Style

from scaffold.errors import Terminated
from scaffold.system.signals import STOPPING, handling
from scaffold.wizard.journey import State, pasted, pressed
from scaffold.wizard.view import screen

KEYS = {
    Keys.Enter: "enter",
    Keys.Escape: "escape",
    Keys.Up: "up",
    Keys.Down: "down",
    Keys.Left: "left",
    Keys.Right: "right",
    Keys.Home: "home",
    Keys.End: "end",
    Keys.Tab: "tab",
    Keys.BackTab: "s-tab",
    Keys.Backspace: "backspace",
    Keys.Delete: "delete",
    Keys.PageUp: "pageup",
    Keys.PageDown: "pagedown",
    Keys.ControlU: "c-u",
}
LEAVING = (Keys.ControlC, Keys.ControlD, Keys.SIGINT)
ESCAPE_WAITS = 0.05
"""How many seconds a terminal has to go on with a sequence that begins with Escape."""

STYLE = Style.from_dict(
    {
        "head": "reverse",
        "rule": "ansibrightblack",
        "title": "bold",
        "group": "ansibrightblack bold",
        "mark": "ansicyan bold",
        "current": "bold",
        "fresh": "reverse",
        "off": "ansibrightblack",
        "dim": "ansibrightblack",
        "note": "ansigreen",
        "problem": "ansired",
        "keys": "ansibrightblack",
        "keyword": "ansimagenta",
        "string": "ansigreen",
        "comment": "ansibrightblack italic",
        "number": "ansicyan",
        "decorator": "ansicyan",
        "name": "ansiblue bold",
    }
)
"""Only the sixteen colours that every theme of a terminal defines readably."""


def run(state: State, head: str) -> State:
    """Ask until everything is answered, and return the last state.

    Args:
        state: where to begin.
        head: what is being done, for the first line of the screen.

    Raises:
        KeyboardInterrupt: Ctrl-C, or Ctrl-D.
        Terminated: SIGTERM, or SIGHUP.
    """
    now = [state]
    bindings = KeyBindings()

    def text() -> StyleAndTextTuples:
        size = application.output.get_size()
        lines = screen(now[0], size.columns, size.rows, head)
        fragments: StyleAndTextTuples = []
        for line in lines:
            fragments.extend([*line, ("", "\n")])
        return fragments[:-1]

    def go(event: KeyPressEvent, state: State) -> None:
        now[0] = state
        if state.finished:
            event.app.exit(result=state)

    def bind(key: Keys, name: str) -> None:
        bindings.add(key, eager=True)(lambda event: go(event, pressed(now[0], name)))

    def paste(event: KeyPressEvent) -> None:
        go(event, pasted(now[0], " ".join(event.data.split())))

    def type_(event: KeyPressEvent) -> None:
        # Keys that the wizard does not know come as sequences that nobody can print.
        if event.data.isprintable():
            go(event, pressed(now[0], event.data))

    for key, name in KEYS.items():
        bind(key, name)
    for key in LEAVING:
        bindings.add(key)(lambda event: event.app.exit(exception=KeyboardInterrupt))
    bindings.add(Keys.BracketedPaste)(paste)
    bindings.add(Keys.Any)(type_)

    control = FormattedTextControl(text, show_cursor=True, focusable=True)
    application: Application[State] = Application(
        Layout(Window(control)), key_bindings=bindings, style=STYLE, full_screen=True
    )
    application.ttimeoutlen = application.timeoutlen = ESCAPE_WAITS
    return asked(application)


def asked(application: Application[State]) -> State:
    """Run an application to its end; a signal that asks it to stop takes down the screen first.

    Raises:
        Terminated: SIGTERM or SIGHUP arrived.
    """
    arrived = False

    def leave() -> None:
        if arrived and application.future is not None and not application.future.done():
            application.exit(exception=Terminated)

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal arrived
        arrived = True
        # Raised here, it would end whatever runs at the moment, such as a task that paints.
        if application.loop is not None:
            application.loop.call_soon_threadsafe(leave)

    with handling(stop, *STOPPING):
        finished = application.run(pre_run=leave)
    if arrived:
        raise Terminated
    return finished
