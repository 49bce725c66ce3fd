/** Groups of business and finance words; the notation is that of `general.ts`. */
export const BUSINESS = `
company: company corporation firm enterprise business organisation inc= ltd= llc= | entity group
employee: employee staff worker personnel workforce | team member
hire: hire recruit appoint employ onboard | engage
dismiss: dismiss fire= lay_off layoff redundant redundancy terminate_employment | resign
resign: resign resignation step_down quit | leave retire
salary: salary wage pay= compensation remuneration bonus | income earnings
revenue: revenue sales turnover income net_sales | earnings
profit: profit earnings net_income margin gain | surplus
deficit: deficit net_loss shortfall operating_loss | negative loss
cost: cost expense expenditure spending outlay overhead | price charge
price: price pricing fee charge rate= tariff | cost
payment: pay payment remit settle invoice | fee
debt: debt loan borrow liability credit_facility bond mortgage | owe
invest: invest investment investor shareholder stockholder stake | fund
share: share stock equity securities | holding
dividend: dividend distribution_to_shareholders payout | yield
merger: merger merge acquisition takeover acquire buyout | combine
bankrupt: bankrupt bankruptcy insolvent insolvency liquidation receivership chapter_11 | default
budget: budget forecast projection plan= allocation | estimate
tax: tax taxation duty levy vat= | revenue_service
customer: customer client buyer consumer purchaser subscriber | account
supplier: supplier vendor provider contractor subcontractor | manufacturer
competitor: competitor rival competition competing | opponent
market: market sector industry segment | demand
product: product goods merchandise item offering | service
meeting: meeting conference call= session workshop | agenda
deadline: deadline due_date due_by time_limit cut-off | date
project: project programme initiative | plan
contract_value: contract_value purchase_price consideration total_price | amount
refund: refund reimburse money_back repay | return
discount: discount rebate price_reduction | offer
complain: complain complaint grievance dissatisfied | object
report: report statement filing disclosure | document
strategy: strategy plan roadmap approach | goal
bribe: bribe bribery corruption kickback | fraud
strike: industrial_action walkout work_stoppage strike | protest
retire: retire retirement pension superannuation | leave
benefit: benefit perk allowance entitlement | advantage
training: training course seminar certification | learn
quality: quality standard grade excellence | level
`
