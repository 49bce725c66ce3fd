/** Groups of technical and scientific words; the notation is that of `general.ts`. */
export const TECHNICAL = `
software: software program application app= code= | system tool
bug: bug defect error fault issue problem flaw | failure exception
crash: crash hang freeze segfault core_dump panic | abort fail
fix: fix repair patch resolve correct remedy hotfix | solve workaround
error: error exception failure fatal stack_trace traceback | warning fault
warning: warning warn alert caution | notice
install: install setup set_up deploy provision | configure
configure: configure configuration setting option parameter preference | set
version: version release revision edition build= | update
upgrade: upgrade update migrate migration | newer
deprecated: deprecate deprecated obsolete end-of-life sunset legacy | removed
security: security vulnerability exploit cve= insecure | attack risk
authentication: authentication authenticate login log_in sign_in credential password | identity
authorization: authorization permission access_control privilege role= | allow
encrypt: encrypt encryption cipher cryptography tls= ssl= | key secure
network: network connection internet tcp= http= socket | link
timeout: timeout time_out timed_out deadline_exceeded | delay slow
latency: latency delay response_time lag= | slow speed
performance: performance speed throughput efficiency benchmark | fast
memory: memory ram= heap out_of_memory oom= | cache
disk: disk storage drive= filesystem volume | space
database: database sql= table= query schema postgres mysql sqlite | store
server: server host= backend service daemon | machine
client: client frontend browser user_agent | app
backup: backup restore snapshot recovery | copy
log: log= logs= logging audit_trail trace= | record
test: test testing unit_test test_case assertion qa= | verify check
function: function method procedure routine subroutine | call
class: class interface struct type= | object
variable: variable constant parameter argument | value
import: import require dependency include | package module
api: api= endpoint interface rest= | service
concurrency: concurrency thread parallel lock= mutex race_condition deadlock | async
device: device hardware equipment machine apparatus | unit
computer: computer pc= laptop workstation mainframe | machine
energy: energy power electricity fuel | battery
emission: emission carbon co2= greenhouse_gas pollution | exhaust
temperature: temperature heat cold= degrees celsius fahrenheit | warm
experiment: experiment trial study test | research
algorithm: algorithm method procedure heuristic | technique
model: model simulation neural_network machine_learning | system
data: data dataset information records | statistics
open_source: open_source open-source free_software foss= oss= | source
`
