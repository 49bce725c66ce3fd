/** Groups of legal words; the notation is that of `general.ts`. */
export const LEGAL = `
litigation: litigation lawsuit suit= suits= sue legal_action legal_proceeding court_action counter-claim cross-claim court_proceeding infringement_claim legal_claim | claim proceeding action= actions= allege
infringe: infringe infringement violate misappropriate | breach
breach: breach violate violation default non-compliance failure_to_comply fail_to_comply contravene | infringe not_comply
comply: comply compliance conform adhere abide observe | follow satisfy
liability: liability liable responsible damages | accountable
damages: damages loss compensation indirect_damages consequential | harm injury
indemnify: indemnify indemnity hold_harmless indemnification defend_and_hold | reimburse compensate
warranty: warranty guarantee warrant as-is | assurance representation merchantability
disclaim: disclaim disclaimer as-is without_warranty no_warranty exclude not_liable no_liability no_event | limit
governing_law: governing_law choice_of_law governed_by_*_law governed_in_*_law construed_in_accordance interpreted_in_accordance construed_under | governed_by laws_of applicable_law law_of jurisdiction
jurisdiction: jurisdiction venue forum courts_of competent_court | court
court: court tribunal judge judiciary bench | jury
arbitration: arbitration arbitrator arbitrate mediation dispute_resolution | settle
dispute: dispute controversy disagreement conflict | claim
law: law statute act= legislation regulation code= ordinance | legal rule
illegal: illegal unlawful illicit prohibited_by_law criminal | wrongful
crime: crime offence felony misdemeanour criminal fraud theft | guilty
punish: punish penalty fine= sanction sentence imprison prison | jail
guilty: guilty convict conviction culpable | plead
innocent: innocent acquit acquittal not_guilty exonerate | clear
witness: witness testify testimony deposition affidavit | evidence
evidence: evidence proof exhibit | document record
property: intellectual_property proprietary_right ownership title_to | property own
copyright: copyright copyrighted author's_right | authorship
trademark: trademark trade_mark service_mark trade_name logo brand | mark name
confidential: confidential confidentiality non-disclosure secret trade_secret nda= proprietary_information | private
privacy: privacy personal_data personal_information data_protection gdpr= | private
assign: assign assignment transfer delegate novate | convey change_of_control
sublicense: sub-license sublicense sub-licensing | license_to_others
attribution: attribution acknowledge acknowledgment give_credit credit= copyright_notice | notice
derivative: derivative derived modified_work adaptation modification | based_on
distribute: distribute distribution redistribute convey share supply | copy publish
source_code: source_code corresponding_source source_form | source
copyleft: copyleft share-alike same_license under_this_license under_the_terms_of_this | reciprocal
commercial: commercial for-profit business_use | sell sale fee profit
non-commercial: non-commercial noncommercial personal_use not_for_profit | research
royalty: royalty royalties licence_fee license_fee | fee payment
non-compete: non-compete non-competition not_compete covenant_not_to_compete restrictive_covenant | compete
exclusive: exclusive exclusivity sole= | only
renewal: renew renewal extend extension auto-renew | continue
notice: notice notify notification written_notice inform | advise
severability: severable severability unenforceable invalid_provision | invalid
entire_agreement: entire_agreement whole_agreement supersede | merger
force_majeure: force_majeure act_of_god beyond_reasonable_control | unforeseen
waiver: waive waiver relinquish forgo | release
insurance: insurance insure insured policyholder coverage underwriter | premium
audit: audit inspect inspection examine_the_books | review
survive: survive survival remain_in_effect | continue
effective_date: effective_date commencement_date | date
sign: sign signature execute signatory countersign | initial
heir: heir inherit inheritance estate will_and_testament beneficiary | successor
export: export_control export_law export_regulation export | embargo
`
