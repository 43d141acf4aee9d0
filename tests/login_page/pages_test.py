"""The pages for people who see little or use no mouse. (WCAG 2.2)"""

import re
import unittest

import support
from support import LoginTest


class Accessibility(LoginTest):
    def pages(self):
        self.world.ask("h1", resources=["https://api.example"], localhost_only=True)
        yield self.browser.get("/login?request=h1")
        yield self.world.log_in(self.browser, "h1", "bob", "wrong")
        yield self.world.log_in(self.browser, "h1", "bob", "battery staple")
        yield self.world.log_in(self.world.browser(), "h1")
        yield self.browser.submit("/code", code="1")
        yield self.browser.get("/nowhere")

    def test_pages_name_their_language_title_and_fields(self):
        for page in self.pages():
            with self.subTest(page.title()):
                tags = page.parsed.tags
                self.assertEqual(dict(tags)["html"], {"lang": "en"})
                self.assertIn("width=device-width", page.body)
                self.assertEqual([tag for tag, _ in tags if tag in ("h1", "main")], ["main", "h1"])
                for tag, attributes in tags:
                    if tag == "input" and attributes.get("type") not in ("hidden", "checkbox"):
                        self.assertIn(attributes["id"], page.parsed.labels)
                    self.assertNotIn("tabindex", attributes)  # the order is that of the page
                    self.assertFalse([name for name in attributes if name.startswith("on")])

    def test_a_failure_is_announced_and_leads_to_its_field(self):
        self.world.ask("h1")
        page = self.world.log_in(self.browser, "h1", "alice", "wrong")
        self.assertIn('role="alert"', page.body)
        self.assertIn('href="#username"', page.body)
        self.assertIn("username", page.parsed.ids)
        self.assertIn('aria-invalid="true"', page.body)

    def test_contrast_in_both_schemes(self):
        # WCAG 2.2: 4.5 for text (1.4.3), 3 for the borders of fields (1.4.11).
        style = (support.DEPLOY / "login-page" / "style.css").read_text()
        light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", part))
                       for part in style.split("prefers-color-scheme", 1))
        for name, colours in (("light", light), ("dark", dark)):
            for above, below, least in (
                    ("text", "card", 4.5), ("soft", "card", 4.5), ("soft", "page", 4.5),
                    ("accent", "card", 4.5), ("on-accent", "accent", 4.5), ("bad", "bad-page", 4.5),
                    ("note", "note-page", 4.5), ("line", "card", 3)):
                with self.subTest(f"{name}: {above} on {below}"):
                    self.assertGreaterEqual(contrast(colours[above], colours[below]), least)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at:at + 2], 16) / 255 for at in (0, 2, 4)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
               for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)

if __name__ == "__main__":
    unittest.main()
