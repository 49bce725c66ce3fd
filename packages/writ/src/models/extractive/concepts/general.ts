/**
 * Groups of words that stand for each other in general prose. One group a line: words that mean the same, then after
 * `|` words that sometimes do. `~` marks a group too common to decide anything alone; `_` joins the words of a term;
 * `=` takes a word as it is.
 */
export const GENERAL = `
~start: start begin commence initiate institute launch open file bring assert pursue lodge raise | enter undertake make
end: end terminate cease expire revoke revocation cancel lapse rescind annul discontinue | stop void withdraw suspend lose forfeit
~condition: if= when= upon= whenever= unless= provided_that in_the_event in_case should= as_of_the_date where= | after= once=
~party: you= your= licensee recipient user customer buyer purchaser contributor subscriber lessee tenant borrower | any_person anyone party
~giver: licensor author vendor seller supplier provider owner lessor landlord lender copyright_holder | we= us= our=
allow: allow permit permission authorize grant may= entitle enable free_to | can=
forbid: forbid prohibit ban disallow bar may_not shall_not must_not not_permitted not_allowed cannot no_right not_authorized restrict | prevent exclude
require: require must= shall= oblige mandatory need have_to demand condition_that obligation compulsory | necessary should=
increase: increase rise grow climb gain raise surge expand up= improve higher= | grew jump boost
decrease: decrease decline fall drop reduce shrink lower= cut slump down= diminish lessen | loss contract
change: change modify alter amend revise adapt update adjust vary edit | convert replace transform
create: create make build produce develop construct generate establish found form | design write set_up
delete: delete remove erase destroy purge wipe eliminate discard | drop clear strip
~use: use utilize employ apply exploit operate run= | exercise consume
~help: help assist support aid facilitate | serve
show: show display demonstrate indicate reveal exhibit present | depict illustrate
~explain: explain describe clarify define outline detail specify state | tell
cause: cause lead_to result_in bring_about give_rise_to trigger induce due_to because_of reason | produce provoke
fail: fail failure break_down malfunction crash unsuccessful outage | error fault defect
succeed: succeed success achieve accomplish complete attain win= | pass manage
buy: buy purchase acquire procure obtain acquisition | order
sell: sell sale vend resell market offer_for_sale | trade commercial
give: give provide supply furnish deliver hand_over offer | donate grant
receive: receive obtain get accept collect gain | inherit
send: send transmit forward dispatch ship mail transfer | deliver submit
publish: publish release issue post announce disclose make_available | distribute print
hide: hide conceal mask obscure withhold suppress | cover
keep: keep retain preserve maintain store hold save | archive reserve
find: find discover locate detect identify uncover spot | notice observe
measure: measure quantify gauge assess estimate calculate evaluate compute | count
compare: compare contrast versus differ difference distinguish | similar
approve: approve accept consent agree endorse authorize ratify permission sanction | sign allow
reject: reject refuse deny decline turn_down dismiss disapprove | oppose veto
protect: protect safeguard secure defend shield guard | preserve
attack: attack assault strike invade raid offensive | threaten
travel: travel journey trip voyage visit tour | go move ride
live: live reside dwell inhabit stay residence | occupy
die: die death deceased dead pass_away perish fatal | kill
born: born birth birthplace native | origin
marry: marry marriage wed spouse wife= husband= wedding | partner
child: child children son= daughter kid offspring minor infant | baby young
parent: parent mother father mum dad | guardian family
friend: friend companion ally acquaintance comrade | partner
work: work job employ employment occupation career profession labour | duty task
leader: leader chief director president manager boss chair chairman captain ceo= | principal head=
teach: teach instruct educate train school tutor lecture | course
learn: learn study research investigate examine | read
build: building house home structure facility premises property | office
place: place location site venue spot address | area region where=
country: country nation state_of republic kingdom homeland | territory
city: city town village municipality capital | urban
money: money cash funds currency dollars euros pounds | capital payment
time: time date period duration term day month year | deadline when=
early: early before= prior advance beforehand | first
late: late delay overdue postpone tardy behind_schedule | after=
fast: fast quick rapid speedy swift prompt immediate | soon
slow: slow gradual sluggish | delay
large: large big huge great enormous vast substantial major | significant
small: small little tiny minor slight | few
good: good excellent great beneficial favourable positive | best better
bad: bad poor terrible harmful adverse negative | worse worst
important: important significant crucial key= vital essential critical major | central
difficult: difficult hard= challenging tough complex complicated | problem
easy: easy simple straightforward effortless | plain
new: new novel recent modern latest fresh | current
old: old ancient former previous obsolete outdated legacy | prior past
danger: danger hazard risk threat peril unsafe | warning
safe: safe secure safety harmless | protected
free: free gratis no_charge without_charge royalty-free free_of_charge no_cost at_no_cost | open
happy: happy glad joyful pleased delighted cheerful | content
sad: sad unhappy sorrow grief miserable | upset
angry: angry anger fury rage furious | annoyed
fear: fear afraid scared terror dread | anxiety
love: love affection adore devotion passion | like
water: water river sea lake ocean stream | flood rain
weather: weather storm rain snow wind climate hurricane flood | temperature
food: food meal eat dinner lunch breakfast cuisine | cook
car: car vehicle automobile truck motor | drive
~mention: mention refer reference cite name state contain include say | discuss
~rule: rule regulation requirement policy guideline standard | principle
~part: part portion section component element piece segment | share
~name: name title called known_as | label
~number: number amount quantity count figure total sum | value
~right: right license permission privilege entitlement | grant interest
~agreement: agreement contract license deal arrangement | terms document
`
