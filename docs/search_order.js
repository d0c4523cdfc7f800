// What the site's search shows first. Sphinx rates a page by its best word alone, so that most
// pages are equal, and are sorted by name. Here a page is rated by how many of the words stand in
// its headings, and a guide comes before an entry of the reference that is as good.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,

  score: ([page, title, anchor, , score, , kind]) => {
    const guide = /^(howto|tutorial)\//.test(page) ? 4 : 0;
    if (kind === SearchResultKind.object) {
      // An option of a command is on one page with all others; its names are everyday words.
      return anchor.startsWith("#cmdoption-") ? score - 12 : score;
    }
    if (kind !== SearchResultKind.text) return score + 15 + guide;
    const stemmer = new Stemmer();
    const stems = (text) =>
      splitQuery(text.toLowerCase())
        .filter((word) => word.length > 2 && !stopwords.has(word))
        .map((word) => stemmer.stemWord(word));
    const asked = stems(new URLSearchParams(window.location.search).get("q") || "");
    if (asked.length === 0) return score + guide;
    const number = Search._index.docnames.indexOf(page);
    const inHeadings = (word) => {
      const found = Object.hasOwn(Search._index.titleterms, word)
        ? Search._index.titleterms[word]
        : [];
      return [].concat(found).includes(number);
    };
    const inTitle = stems(title);
    const share = (isThere) => asked.filter(isThere).length / asked.length;
    return 5 + 10 * share(inHeadings) + 6 * share((word) => inTitle.includes(word)) + guide;
  },
};
