/** Words that carry no subject matter of their own, by language. They also tell in which language a question is put. */
const LISTS: Readonly<Record<string, string>> = {
  english: `a about above across after again against all along also although am among an and another any anybody anyone anything are around
    as at away be because been before being below between both but by can cannot could did do does doing done down during each either else
    ever every everybody everyone everything few for from further get gets give given gives had has have having he hence her here hers
    herself him himself his how however i if in indeed instead into is it its itself just last least less let like list many may me might
    mine more most much must my myself namely nearly need needs never next no none nor not now of off often on once one ones only onto or
    other others otherwise ought our ours out over own per perhaps please quite rather really same say says see seem several shall she
    should show since so some somebody someone something somewhere still such summarise summarize summary take takes tell than that the
    their theirs them themselves then there thereby therefore these they thing things this those though through thus to together too
    toward towards under unless until up upon us various very via was we well were what whatever when whenever where wherever whether
    which while who whole whom whose why will with within without would yes yet you your yours yourself`,
  german: `aber alle allem allen aller alles als also am an auch auf aus bei bin bis bist da damit dann das dass dein dem den denn der des die
    dies diese diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es euch für gegen gibt habe haben hat hatte
    hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann kein keine keinem keinen können
    man mehr mein mit muss müssen nach nicht noch nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so soll sollen
    über um und uns unter vom von vor war waren warum was welche welchem welchen welcher welches wenn wer werden wessen wie wird wo
    wurde wurden zu zum zur zwischen viele dürfen darf wann wieso`,
  french: `à ai alors au aucun aucune aussi autre aux avec avoir avez ce cela ces cet cette ceux chaque ci comme comment d dans de des
    donc dont du elle elles en entre est et été être eu eux fait fut il ils j je l la le les leur leurs lui lorsque mais me même mes
    moi mon n ne ni non nos notre nous on ont ou où par parmi pas peut peuvent plus pour pourquoi qu quand que quel quelle quelles
    quels qui quoi s sa sans se selon ses si sont son sous sur ta te tes toi ton tous tout toute toutes tu un une vers vos votre vous y`,
  spanish: `a al algo algún alguna algunas alguno algunos ante antes así aunque cada como con contra cual cuál cuales cuáles cuando cuándo
    cuánto cuántos cuántas de del desde donde dónde durante e el él ella ellas ellos en entre era es esa ese eso esta está están este esto
    estos fue ha han hasta hay la las le les lo los más me mi mismo muy nada ni no nos o os otra otro para pero poco por porque puede pueden
    que qué quien quién quienes se según ser si sí sin sobre son su sus también tan te tiene tienen todo todos tu un una uno unos y ya yo`,
  italian: `a ad agli ai al alla alle allo anche ancora c che chi ci ciò come con contro cosa cui da dai dal dalla dalle dei del della delle
    dello di dove e è ed era fra gli ha hanno i il in io la le lei lo loro lui ma mi mio nel nella nelle nei non o ogni per perché però
    più può possono qual quale quali quando quanti quante quello questa queste questi questo qui se sei senza si sono sta su sua sue sui
    sul sulla suo te tra tu tutti tutto un una uno vi voi`,
  portuguese: `a ao aos as até com como da das de dela dele do dos e é ela elas ele eles em entre era essa esse esta está este eu foi há isso
    isto já mais mas me mesmo meu muito na não nas nem no nos o onde os ou para pela pelas pelo pelos por porque pode podem qual quais
    quando quantos quantas quanto que quem são se sem ser seu seus só sobre sua suas também te tem têm um uma umas você`,
  dutch: `aan al alle als bij dan dat de deze die dit doen door dus een en er geen had heb hebben heeft hem hen het hier hij hoe hun ik in
    is ja je kan kunnen maar me meer met mij mijn moet moeten na naar niet nog nu of om omdat onder ons onze ook op over te tegen toch toen
    tot u uit van veel voor waar waarom wanneer want was wat we welk welke wel werd wie wij wil worden wordt zal ze zich zij zijn zo zonder`,
}

const WORDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(LISTS).map(([language, list]) => [language, new Set(list.trim().split(/\s+/))]),
)

/** A shorter text tells too little of its language. */
const SHORTEST = 3

/**
 * The language most of whose telltale words a text holds; English unless another clearly holds more. Words are in lower
 * case. Some words tell of several languages, so one more is not enough beside English ones.
 */
export function languageOf(words: readonly string[]): string {
  if (words.length < SHORTEST) return 'english'
  const counts = [...WORDS].map(([language, list]) => ({
    language,
    count: words.filter((word) => list.has(word)).length,
  }))
  const english = counts.find(({ language }) => language === 'english')?.count ?? 0
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a))
  return best.count > (english === 0 ? 0 : english + 1) ? best.language : 'english'
}

/** Whether a word in lower case carries no subject matter in a language. */
export function isStopWord(word: string, language: string): boolean {
  return WORDS.get(language)?.has(word) === true
}
