// What the pages gain from JavaScript: copy buttons, times in the reader's own zone, countdowns. All else works without.
"use strict";

const announcer = document.getElementById("announcer");

function selectAll(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
    announcer.textContent = `Copied the ${button.dataset.what}.`;
  } catch {
    selectAll(source);
    announcer.textContent = `The ${button.dataset.what} is selected. Copy it with the keyboard.`;
  }
  setTimeout(() => {
    button.textContent = "Copy";
    announcer.textContent = "";
  }, 2500);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.setAttribute("aria-label", `Copy the ${button.dataset.what}`);
  button.addEventListener("click", () => copy(button));
}

for (const field of document.querySelectorAll("[data-chooses]")) {
  field.addEventListener("input", () => {
    document.getElementById(field.dataset.chooses).checked = true;
  });
}

for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

const counted = (count, unit) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? "" : "s"}`]);

function remaining(milliseconds) {
  if (milliseconds < 60000) return "less than a minute";
  const minutes = Math.ceil(milliseconds / 60000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  const parts =
    days > 0 ? [...counted(days, "day"), ...counted(hours, "hour")] : [...counted(hours, "hour"), ...counted(minutes % 60, "minute")];
  return parts.join(" and ");
}

function countDown() {
  for (const end of document.querySelectorAll("[data-ends]")) {
    const left = Date.parse(end.dataset.ends) - Date.now();
    end.textContent = left > 0 ? `in ${remaining(left)}` : "ended";
  }
}

setInterval(countDown, 15000);
