/** Groups of medical words; the notation is that of `general.ts`. */
export const MEDICAL = `
disease: disease illness disorder condition= ailment sickness syndrome | infection
patient: patient subject= inpatient outpatient | case
doctor: doctor physician clinician surgeon practitioner gp= | nurse
nurse: nurse nursing carer caregiver | staff
hospital: hospital clinic ward medical_centre infirmary | facility
drug: drug medicine medication pharmaceutical prescription pill tablet | dose
dose: dose dosage mg= milligram | amount
side_effect: side_effect adverse_event adverse_effect adverse_reaction toxicity contraindication | reaction
treat: treat treatment therapy therapeutic cure heal | manage care
surgery: surgery operation surgical procedure | transplant
diagnose: diagnose diagnosis diagnostic | detect
symptom: symptom sign_of complaint manifestation | present
pain: pain ache sore discomfort | hurt
fever: fever pyrexia high_temperature febrile | hot
infection: infection infected virus viral bacteria bacterial sepsis | contagious
cancer: cancer tumour tumor malignancy carcinoma oncology neoplasm lymphoma leukaemia | metastasis
heart: heart cardiac cardiovascular coronary myocardial | artery
lung: lung pulmonary respiratory bronchial asthma | breathing
brain: brain cerebral neurological stroke= | nerve
diabetes: diabetes diabetic insulin glucose blood_sugar | metabolic
blood_pressure: blood_pressure hypertension hypertensive hypotension | systolic
allergy: allergy allergic anaphylaxis hypersensitivity | reaction
pregnant: pregnant pregnancy gestation maternal obstetric | birth
vaccine: vaccine vaccination immunize immunization jab= | dose
mortality: mortality death fatality died= | survival
injury: injury wound trauma fracture lesion | harm
trial: clinical_trial randomized randomised placebo | study
mental: depression anxiety psychiatric mental_health schizophrenia | mood
smoke: smoke smoking smoker tobacco cigarette nicotine | vape
alcohol: alcohol drinking drunk ethanol | liquor
obese: obese obesity overweight bmi= | weight
elderly: elderly older_adult aged geriatric senior | old
`
