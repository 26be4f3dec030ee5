"""How the number of topics was chosen: coherence and stability over the numbers that were tried."""

from collections.abc import Sequence

from markupsafe import Markup

from pipeline.topic_outcomes import TopicCount

WIDTH, HEIGHT, GAP = 240, 130, 70  # of a chart, and what lies between the two
LEFT, TOP, BOTTOM = 44, 30, 26


def curve_svg(points: Sequence[TopicCount], taken: int) -> Markup:
    """Two charts in one SVG element, the number that was taken marked; empty where no numbers were tried."""
    if not points:
        return Markup("")
    charts = [
        ("Coherence (NPMI)", [(p.topics, p.coherence) for p in points]),
        ("Stability", [(p.topics, p.stability) for p in points]),
    ]
    drawn = [_chart(LEFT + at * (WIDTH + GAP), title, line, taken) for at, (title, line) in enumerate(charts)]
    tried = "; ".join(f"{p.topics} topics: coherence {p.coherence:.2f}, stability {p.stability:.2f}" for p in points)
    return Markup(
        '<svg class="curve" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}; taken: {3}">'
        "{4}</svg>"
    ).format(2 * WIDTH + GAP + LEFT + 12, TOP + HEIGHT + BOTTOM, tried, taken, Markup("").join(drawn))


def _chart(left: int, title: str, line: Sequence[tuple[int, float]], taken: int) -> Markup:
    """One line over the numbers of topics, from its lowest value to its highest."""
    (first, last), values = (line[0][0], line[-1][0]), [value for _, value in line]
    low, high = min(values), max(values)

    def place(topics: int, value: float) -> tuple[float, float]:
        x = left + WIDTH * ((topics - first) / (last - first) if last > first else 0.5)
        return x, TOP + HEIGHT * (1 - ((value - low) / (high - low) if high > low else 0.5))

    parts = [_text(left, 14, title, "start", bold=True)]
    parts += [_text(left - 8, place(first, value)[1] + 4, f"{value:.2f}", "end") for value in sorted({low, high})]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (place(*point) for point in line))
    parts.append(Markup('<path d="M{}" class="line"/>').format(path))
    for topics, value in line:
        x, y = place(topics, value)
        chosen = topics == taken
        parts.append(
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{}" class="{}"/>').format(
                x, y, 6 if chosen else 3, "taken" if chosen else "tried"
            )
        )
        parts.append(_text(x, TOP + HEIGHT + 20, str(topics), "middle", bold=chosen))
    return Markup("").join(parts)


def _text(x: float, y: float, text: str, anchor: str, bold: bool = False) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" font-weight="{}">{}</text>').format(
        x, y, anchor, 700 if bold else 400, text
    )
